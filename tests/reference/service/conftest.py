from tests.reference.talk import open_target_talk, talk

__all__ = ["open_target_talk", "talk"]
