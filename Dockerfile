# Threadform. Terraform (or OpenTofu) is the operator's: mount it, or build with TF_IMAGE naming an image that has it.
ARG PYTHON_IMAGE=python:3.13-slim-bookworm
FROM ${PYTHON_IMAGE} AS build
WORKDIR /src
COPY .ci/lock/run.txt .ci/lock/run.txt
RUN python -m venv /opt/threadform \
 && /opt/threadform/bin/pip install --no-cache-dir --require-hashes -r .ci/lock/run.txt
COPY pyproject.toml README.md LICENSE ./
COPY bot bot
COPY agents agents
COPY iac iac
COPY migrations migrations
# Bytecode is compiled here: without it every turn and every start costs several times as much.
RUN /opt/threadform/bin/pip install --no-cache-dir --no-deps --no-build-isolation . \
 && /opt/threadform/bin/python -m compileall -q /opt/threadform/lib

FROM ${PYTHON_IMAGE}
# git reads the repositories that people name.
RUN apt-get update -qq \
 && apt-get install -y -qq --no-install-recommends git ca-certificates \
 && rm -rf /var/lib/apt/lists/*
RUN useradd --create-home --uid 10001 threadform \
 && install -d -o threadform -g threadform /var/lib/threadform
COPY --from=build /opt/threadform /opt/threadform
ENV PATH=/opt/threadform/bin:$PATH \
    THREADFORM_HOME=/var/lib/threadform \
    THREADFORM_WEB_HOST=0.0.0.0 \
    THREADFORM_LOG_FORMAT=json
USER threadform
WORKDIR /var/lib/threadform
VOLUME /var/lib/threadform
EXPOSE 8765
HEALTHCHECK --interval=15s --timeout=3s CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8765/health', timeout=2)"]
ENTRYPOINT ["threadform"]
CMD ["serve"]
