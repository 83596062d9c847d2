"""Start one process that outlives this one. Run as a script: the order comes as JSON on standard input, the id goes out.

A process of its own does this so that the started one is nobody's child: it is never a zombie of a long-lived caller.
The order: command (list), folder, log, environment (object), user ([uid, gid] or null).
"""

import json
import os
import subprocess
import sys


def main() -> None:
    order = json.load(sys.stdin)
    user: list[int] | None = order["user"]
    os.umask(0o077)
    with open(order["log"], "ab") as log:  # noqa: PTH123 this script runs without site packages and stays bare
        process = subprocess.Popen(
            order["command"],
            cwd=order["folder"],
            env=order["environment"],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            user=user[0] if user else None,
            group=user[1] if user else None,
            extra_groups=[] if user else None,
        )
    print(process.pid, flush=True)
    os._exit(0)


if __name__ == "__main__":
    main()
