import os
import signal
import threading

import pytest

from dbal_conform.environments.signals import undisturbed


def test_ctrl_c_waits_until_the_block_has_ended() -> None:
    done = False
    before = signal.getsignal(signal.SIGINT)

    def block() -> None:
        nonlocal done
        with undisturbed():
            os.kill(os.getpid(), signal.SIGINT)
            os.kill(os.getpid(), signal.SIGINT)
            done = True

    with pytest.raises(KeyboardInterrupt):
        block()
    assert done
    assert signal.getsignal(signal.SIGINT) is before


def test_what_fails_in_the_block_gives_the_handlers_back_too() -> None:
    before = signal.getsignal(signal.SIGTERM)

    def block() -> None:
        with undisturbed():
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        block()
    assert signal.getsignal(signal.SIGTERM) is before


def test_another_thread_is_never_disturbed_anyway() -> None:
    passed = []

    def block() -> None:
        with undisturbed():
            passed.append(True)

    thread = threading.Thread(target=block)
    thread.start()
    thread.join()
    assert passed == [True]
