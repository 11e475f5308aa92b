import os

import jwt


def user_of(token):
    key = os.environ["KEY_" + jwt.get_unverified_header(token)["kid"][:4]]
    return jwt.decode(token, key, algorithms=["RS256"], audience="web")["sub"]
