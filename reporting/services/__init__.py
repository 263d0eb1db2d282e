"""Acts of reporting: generate a day, check and release a file, take the regulator's answer."""

from reporting.services.feedback import UnableToImportFeedback, import_feedback
from reporting.services.files import check_file
from reporting.services.generation import Generated, generate_rts22
from reporting.services.release import UnableToRelease, release_file

__all__ = [
    "Generated",
    "UnableToImportFeedback",
    "UnableToRelease",
    "check_file",
    "generate_rts22",
    "import_feedback",
    "release_file",
]
