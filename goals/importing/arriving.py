from __future__ import annotations

from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler

from goals.importing.limits import MAX_BYTES


class Arriving(FileUploadHandler):
    """Keep no more of a file than shows that it is too large; the rest of it passes by, whatever its length.

    The form then refuses it with its sentence. Stands before the handlers that keep what arrives.
    """

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes | None:
        return raw_data if start <= MAX_BYTES else None

    def file_complete(self, file_size: int) -> UploadedFile | None:
        return None
