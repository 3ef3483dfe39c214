"""One thing that is wrong with a request."""

import msgspec


class Finding(msgspec.Struct, frozen=True):
    """What `details.fields` of VALIDATION_ERROR holds; `code` is from the closed list of section 6.

    `field` is a path: `email`, `items[2].email`, `filter.age.gt`, `sort[0].field`.
    """

    field: str
    code: str
    message: str
