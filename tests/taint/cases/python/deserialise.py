# ruff: noqa
# fmt: off
import base64
import json
import pickle

import jsonpickle
import torch
import yaml


def unsafe(event, context):
    pickle.loads(base64.b64decode(event["body"]))  # bad: unsafe-deserialization
    jsonpickle.decode(event["body"])  # bad: unsafe-deserialization
    yaml.load(event["body"])  # bad: unsafe-deserialization
    yaml.unsafe_load(event["body"])  # bad: unsafe-deserialization
    yaml.full_load(event["body"])  # bad: unsafe-deserialization
    torch.load(event["path"])  # bad: unsafe-deserialization


def safe(event, context):
    json.loads(event["body"])
    yaml.safe_load(event["body"])
    yaml.load(event["body"], Loader=yaml.SafeLoader)
    torch.load(event["path"], weights_only=True)
    pickle.dumps(event["body"])
    with open("/opt/model.pkl", "rb") as file:
        pickle.load(file)


def loaders(event, context):
    import keras
    import numpy
    from ruamel.yaml import YAML

    yaml.load(event["body"], Loader=yaml.UnsafeLoader)  # bad: unsafe-deserialization
    yaml.load(event["body"], Loader=yaml.FullLoader)  # bad: unsafe-deserialization
    yaml.full_load(event["body"])  # bad: unsafe-deserialization
    yaml.load(event["body"], Loader=yaml.SafeLoader)
    yaml.full_load("a: 1")
    YAML(typ="unsafe").load(event["body"])  # bad: unsafe-deserialization
    YAML(typ="safe").load(event["body"])
    YAML().load(event["body"])
    numpy.load(event["file"], allow_pickle=True)  # bad: unsafe-deserialization
    numpy.load("/opt/model.npy", allow_pickle=True)
    keras.models.load_model(event["file"])  # bad: unsafe-deserialization
    keras.models.load_model(event["file"], safe_mode=True)
