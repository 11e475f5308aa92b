# ruff: noqa
# fmt: off
import html

import falcon
import falcon.asgi
from apig_wsgi import make_lambda_handler
from pyramid.config import Configurator
from pyramid.httpexceptions import HTTPFound, HTTPSeeOther


class _Page:
    def on_get(self, req, resp, name):
        resp.content_type = falcon.MEDIA_HTML
        resp.text = "<h1>" + name + "</h1>"  # bad: cross-site-scripting
        resp.text = "<h1>" + html.escape(req.get_param("name")) + "</h1>"
        resp.text = "<h1>Welcome</h1>"
        resp.media = {"name": name}

    def on_post(self, req, resp, name):
        resp.set_header("Set-Cookie", "lang=" + req.get_param("lang"))  # bad: header-injection
        resp.append_header("Link", req.get_param("link"))  # bad: header-injection
        resp.set_header("Set-Cookie", "lang=de")
        resp.set_header("X-Lang", req.get_param("lang"))


class _Away:
    def on_get(self, req, resp):
        raise falcon.HTTPFound(req.get_param("next"))  # bad: open-redirect

    def on_post(self, req, resp):
        raise falcon.HTTPSeeOther("/home?from=" + req.get_param("next"))


falcon_app = falcon.App()
falcon_app.add_route("/page/{name}", _Page())
falcon_app.add_route("/away", _Away())
_falcon = make_lambda_handler(falcon_app)


def of_falcon(event, context):
    return _falcon(event, context)


def _away(request):
    return HTTPFound(location=request.params["next"])  # bad: open-redirect


def _home(request):
    return HTTPSeeOther(location="/home?from=" + request.params["next"])


configurator = Configurator()
configurator.add_view(_away, route_name="away")
configurator.add_view(_home, route_name="home")
_pyramid = make_lambda_handler(configurator.make_wsgi_app())


def of_pyramid(event, context):
    return _pyramid(event, context)
