import os


def table_for(tenant: str) -> str:
    return f"{os.environ['TABLE_PREFIX']}-{tenant}-data"


def parameter_for(tenant: str, name: str) -> str:
    return "/".join([os.environ["PARAM_ROOT"], tenant, name])
