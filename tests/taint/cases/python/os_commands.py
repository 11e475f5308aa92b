# ruff: noqa
# fmt: off
import asyncio
import os
import shlex
import subprocess
from subprocess import Popen, check_output as run_it


def system(event, context):
    os.system("convert " + event["name"])  # bad: os-command-injection
    os.popen(f"ls {event['name']}")  # bad: os-command-injection
    subprocess.getoutput("ls %s" % event["name"])  # bad: os-command-injection
    os.system("date")
    os.system("ls " + shlex.quote(event["name"]))


def shell(event, context):
    subprocess.run("ls " + event["a"], shell=True)  # bad: os-command-injection
    Popen("ls {}".format(event["a"]), shell=True)  # bad: os-command-injection
    run_it(["ls " + event["a"]], shell=True)  # bad: os-command-injection
    subprocess.call(["bash", "-c", "ls " + event["a"]])  # bad: os-command-injection
    subprocess.run(args="ls " + event["a"], shell=True)  # bad: os-command-injection


def argument_list(event, context):
    subprocess.run(["ls", "-l", event["a"]])
    subprocess.check_output(["convert", event["a"], "/tmp/out.png"])
    subprocess.run(["bash", "script.sh", event["a"]])
    subprocess.run([event["a"], "-l"])  # bad: os-command-injection
    subprocess.run("ls -l", shell=True)


def program(event, context):
    os.execv(event["p"], ["x"])  # bad: os-command-injection
    os.execl("/bin/ls", "ls", event["p"])
    os.spawnv(os.P_WAIT, event["p"], ["x"])  # bad: os-command-injection


async def shells(event, context):
    await asyncio.create_subprocess_shell("ls " + event["a"])  # bad: os-command-injection
    await asyncio.create_subprocess_exec("ls", event["a"])
    await asyncio.create_subprocess_exec("sh", "-c", event["a"])  # bad: os-command-injection


def numbers(event, context):
    os.system("sleep %d" % int(event["n"]))
    os.system("sleep " + str(float(event["n"])))


def output(event, context):
    shown = subprocess.check_output(["ls", event["a"]])
    os.system("echo " + shown.decode())


def checked(event, context):
    name = event["name"]
    if not name.isalnum():
        raise ValueError
    os.system("ls " + name)


def allowed(event, context):
    if event["unit"] in ("b", "kb", "mb"):
        os.system("df --unit " + event["unit"])


def interpreters(event, context):
    subprocess.run(["/bin/sh", "-c", "ls " + event["d"]])  # bad: os-command-injection
    subprocess.run(["python3", "-c", event["code"]])  # bad: os-command-injection
    subprocess.run(["bash", "-lc", "ls " + event["d"]])  # bad: os-command-injection
    subprocess.run(["ls"], executable=event["program"])  # bad: os-command-injection
    subprocess.run("/opt/" + event["program"])  # bad: os-command-injection
    subprocess.run(["python3", "/opt/report.py", event["name"]])
    subprocess.run(["grep", "-c", event["word"], "/opt/words"])
    subprocess.run(["sh", "-c", "ls /tmp"])
    os.spawnl(os.P_WAIT, "/bin/ls", "ls", event["d"])


async def loops(event, context):
    loop = asyncio.get_event_loop()
    await loop.subprocess_shell(asyncio.SubprocessProtocol, "ls " + event["d"])  # bad: os-command-injection
    await loop.subprocess_shell(asyncio.SubprocessProtocol, "ls /tmp")
    await loop.subprocess_exec(asyncio.SubprocessProtocol, "bash", "-c", "ls " + event["d"])  # bad: os-command-injection
    await loop.subprocess_exec(asyncio.SubprocessProtocol, "ls", event["d"])


def replaced(event, context):
    os.spawnl(os.P_WAIT, "/bin/sh", "-c", "ls " + event["d"])  # bad: os-command-injection
    os.spawnv(os.P_WAIT, "/bin/sh", ["sh", "-c", "ls " + event["d"]])  # bad: os-command-injection
    os.spawnv(os.P_WAIT, "/bin/ls", ["ls", event["d"]])
    os.execv("/bin/sh", ["sh", "-c", "ls " + event["d"]])  # bad: os-command-injection
    os.execv("/bin/ls", ["ls", event["d"]])
    subprocess.call("grep -R {} .".format(event["word"]))


def repositories(event, context):
    subprocess.run(["git", "clone", event["url"], "/tmp/x"])  # bad: os-command-injection
    subprocess.run(["git", "log", event["name"]])
