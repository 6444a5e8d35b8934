"""Signs of a GPU in names of images. Pure."""

import re

from agents.repository.facts import Gpu

_NVIDIA = re.compile(
    r"(?:^|/)nvidia/|^nvcr\.io/|[-:_.]cu(?:da)?-?\d|[-:_/]cuda(?:\b|\d|-)|[-_:]gpu(?:\b|-)|(?:^|/)(?:vllm/|ollama/ollama:.*cuda|"
    r"huggingface/text-generation-inference)|tensorrt|triton(?:server)?"
)
_AMD = re.compile(r"(?:^|/)rocm/|[-:_]rocm")


def gpu_of_image(image: str) -> Gpu | None:
    """The GPU that an image is built for, by its name; None where the name says nothing."""
    text = image.lower()
    if _AMD.search(text):
        return Gpu("amd", None, "image")
    return Gpu("nvidia", None, "image") if _NVIDIA.search(text) else None
