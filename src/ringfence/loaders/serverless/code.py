"""Where the code of a service's functions is: a folder, an image, or behind a plugin's handler."""

from __future__ import annotations

from typing import Any

from ringfence.loaders.construct import mapping_of
from ringfence.loaders.serverless.builder import Builder
from ringfence.loaders.serverless.service import FunctionEntry, Service
from ringfence.model.value import Mapping, Scalar, Unknown, Value, string

#: The handlers that the plugin serverless-wsgi packs, for the application that it serves.
WSGI_HANDLERS = ("wsgi_handler.handler", "wsgi.handler")


def code_of(function: FunctionEntry, builder: Builder) -> dict[str, Any]:
    """The code: the service's folder, a module's folder, an archive, or an image."""
    image = function.get("image")
    if image is not None:
        return _image(image, function, builder)
    module = string(function.get("module"))
    place = function.location
    if module and module != ".":
        return {"Code": Scalar(module, place)}
    return {"Code": Scalar(".", place)}


def _image(image: Value, function: FunctionEntry, builder: Builder) -> dict[str, Any]:
    place = function.config.key_location("image")
    given = mapping_of(image)
    uri = given.get("uri") if given.entries else image
    shared = _shared_image(image, builder.service)
    if isinstance(shared, Mapping):
        name = string(given.get("name") or image)
        built = Unknown(f"the image {name} is built at deployment", place)
        uri = shared.get("uri") or built
    elif shared is not None:
        uri = shared
    config = {
        "Command": given.get("command"),
        "EntryPoint": given.get("entryPoint"),
        "WorkingDirectory": given.get("workingDirectory"),
    }
    return {
        "Code": {"ImageUri": uri if uri is not None else Unknown("the image's URI", place)},
        "PackageType": "Image",
        "ImageConfig": config if any(item is not None for item in config.values()) else None,
    }


def metadata_of(function: FunctionEntry, service: Service) -> dict[str, Any] | None:
    """Where the code is, as far as the framework or a plugin puts another name before it: the
    folder that an image is built in, the application behind the handler of serverless-wsgi."""
    if string(function.get("handler")) in WSGI_HANDLERS:
        return {"ServedApplication": service.custom("wsgi").get("app")}
    built = mapping_of(_shared_image(function.get("image"), service))
    if built.get("path") is None:
        return None
    return {"DockerContext": built.get("path"), "Dockerfile": built.get("file")}


def _shared_image(image: Value | None, service: Service) -> Value | None:
    """The image of ``provider.ecr.images`` that a function names."""
    given = mapping_of(image)
    name = string(given.get("name") or (None if given.entries else image))
    images = mapping_of(mapping_of(service.provider.get("ecr")).get("images"))
    return images.get(name) if name is not None else None
