"""Python runs this before a program that was started with this directory on its path: the runner of an apply is stepped
like the processes that the harness forks. Everything else that starts here is left as it is."""

import os
import sys

if "bot.runner" in sys.orig_argv and "CHAOS_EDGE" in os.environ:
    import asyncio
    from pathlib import Path

    from tests.chaos.stepping import Edge, loop_of

    class _Stepping(asyncio.DefaultEventLoopPolicy):
        def new_event_loop(self) -> asyncio.AbstractEventLoop:
            return loop_of(Edge("runner", Path(os.environ["CHAOS_EDGE"])))

    asyncio.set_event_loop_policy(_Stepping())
