"""The errors of the contract, named by what the caller can do about them.

LeakInspectionError
├── PictureError           send another picture
│   ├── NotAPicture        ... as a whole JPEG or PNG
│   └── PictureTooLarge    ... with fewer bytes or pixels
└── ArtifactError          deploy another artefact
    ├── ArtifactMissing    ... there is none at that place
    └── ArtifactInvalid    ... this one is damaged, or from another version
"""


class LeakInspectionError(Exception):
    """Whatever this project raises on purpose; its text is fit for the caller to read."""


class PictureError(LeakInspectionError):
    """The bytes cannot be turned into a picture."""


class NotAPicture(PictureError):
    """The bytes are not a whole JPEG or PNG."""


class PictureTooLarge(PictureError):
    """The picture has more bytes or pixels than may be decoded."""


class ArtifactError(LeakInspectionError):
    """An artefact cannot be served."""


class ArtifactMissing(ArtifactError):
    """There is no artefact at that place."""


class ArtifactInvalid(ArtifactError):
    """The artefact is damaged, incomplete or made by a newer version."""
