"""What came of a request, noted; a silence ends the trial."""

from dbal_conform.core.messages import Fault, Request, Silence, Value
from dbal_conform.core.play.flow import DeadError
from dbal_conform.core.play.notes import Line
from dbal_conform.core.play.stage import Stage


def received(
    stage: Stage,
    step: str,
    request: Request,
    answer: Value | Fault | Silence,
    took_ms: float,
) -> Value | Fault:
    """Take note of what came.

    Raises:
        DeadError: that is no reply.
    """
    stage.elapsed_ms += took_ms
    stage.notes.transcript.append(Line(step + stage.mark, request, answer, took_ms))
    if isinstance(answer, Silence):
        raise DeadError(answer)
    return answer
