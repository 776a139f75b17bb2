"""The command ``leak-training``."""

import argparse
import io
import os
import shlex
import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import get_args

from rich.console import Console

from service.contract.errors import LeakInspectionError
from service.contract.stored_files.stored_file import printable
from training.dataset.layout import PARTS
from training.fitting.machine import default_processes
from training.option_types import artifact_name, count, reported, share, size
from training.recipe.parts import StrategyName
from training.recipe.recipe import recipe_names

USAGE_ERROR = 2
INTERRUPTED = 130
SEEDS = 3
RESUMED = {"compare": "finished fits", "improve": "finished fits", "rescore": "judged pictures"}
STRATEGIES: tuple[str, ...] = get_args(StrategyName)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; 0 done, 2 with one line on stderr where the user must change something, 130 after Ctrl-C."""
    given = sys.argv[1:] if arguments is None else arguments
    options = _parser().parse_args(given)
    options.command_line = printable(shlex.join(["leak-training", *map(reported, given)]))
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # names of files need not be text
    try:
        # A command loads torch and its like for itself: help and wrong options need not wait for them.
        command = import_module(f"training.commands.{options.command.replace('-', '_')}")
        command.run(options, Console(stderr=True))
        sys.stdout.flush()
    except LeakInspectionError as error:
        return _refused(str(error))
    except BrokenPipeError:
        return _output_closed()
    except OSError as error:
        return _refused(f"{error.filename or 'the disk'}: {error.strerror or error}: free it or choose another")
    except KeyboardInterrupt:
        kept = RESUMED.get(options.command)
        told = f"; {kept} are kept, the same command resumes" if kept else ""
        print(f"leak-training: interrupted{told}", file=sys.stderr)
        return INTERRUPTED
    return 0


def _refused(reason: str) -> int:
    print(f"leak-training: {reason}", file=sys.stderr)
    return USAGE_ERROR


def _output_closed() -> int:
    """The reader of our output has closed it (``| head``): that is no error, and Python must not flush into it."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="leak-training", description="Train, compare and export leak detectors.")
    adder = parser.add_subparsers(required=True, metavar="COMMAND", dest="command")
    _add_compare(adder.add_parser("compare", help="the whole job: fit all candidates, choose, export, report"))
    _add_fit(adder.add_parser("fit", help="fit one recipe and keep its weights"))
    _add_export(adder.add_parser("export", help="turn fitted weights into an artefact"))
    _add_evaluate(adder.add_parser("evaluate", help="measure an artefact on labelled pictures"))
    _add_recalibrate(adder.add_parser("recalibrate", help="the same weights with another threshold"))
    _add_commission(adder.add_parser("commission", help="fit an artefact to a new camera, or refuse to arm it"))
    _add_rescore(adder.add_parser("rescore", help="judge everything that is kept with an artefact, as a table"))
    _add_report(adder.add_parser("report", help="draw the report of a finished comparison again"))
    _add_import_reviews(adder.add_parser("import-reviews", help="make a data folder of reviewed pictures"))
    _add_improve(adder.add_parser("improve", help="from reviews to a better artefact: where it stands, the next step"))
    _add_import_onnx(adder.add_parser("import-onnx", help="make an artefact of a model that was trained elsewhere"))
    _add_demo(adder.add_parser("demo", help="write an example set of drawn wells and leaks"))
    _add_stress(adder.add_parser("stress", help="draw synthetic pictures on good wells, to look at them"))
    return parser


def _add_compare(parser: argparse.ArgumentParser) -> None:
    _add_data(parser)
    _add_site(parser)
    _add_out(parser)
    parser.add_argument("--recipes", nargs="+", metavar="RECIPE", help=f"of {', '.join(recipe_names())}, or TOML files")
    parser.add_argument("--seeds", type=count(1, 32), default=SEEDS, metavar="N", help="fits a recipe")
    _add_jobs(parser)
    parser.add_argument("--quick", action="store_true", help="one seed, two epochs, few wells; never activated")
    parser.add_argument("--work", type=Path, metavar="DIR", help="where finished fits are kept (default OUT/.compare)")
    parser.add_argument("--report", type=Path, metavar="FILE", help="HTML report with pictures, for this machine alone")
    parser.add_argument("--mlflow", metavar="URI", help="write runs to MLflow: sqlite:///FILE or a server's address")


def _add_jobs(parser: argparse.ArgumentParser) -> None:
    """Where the work is done, and by how many processes of this machine."""
    parser.add_argument(
        "--jobs", type=count(1, 256), default=default_processes(), metavar="N", help="processes (%(default)s)"
    )
    text = "spread the work by Ray: local, or HOST:PORT of a cluster's head (extra cluster)"
    parser.add_argument("--cluster", metavar="ADDRESS", help=text)


def _add_fit(parser: argparse.ArgumentParser) -> None:
    _add_data(parser)
    _add_site(parser)
    parser.add_argument("--recipe", required=True, help="name or TOML file")
    parser.add_argument("--seed", type=count(0, 2**31 - 1), metavar="N", help="instead of the recipe's")
    parser.add_argument("--threads", type=count(1, 64), default=1, metavar="N", help="default 1")
    parser.add_argument("--out", type=Path, required=True, metavar="FILE", help="where the weights go")


def _add_export(parser: argparse.ArgumentParser) -> None:
    _add_data(parser)
    _add_site(parser)
    _add_out(parser)
    parser.add_argument("weights", type=Path, metavar="FILE", help="what fit wrote")


def _add_evaluate(parser: argparse.ArgumentParser) -> None:
    _add_data(parser)
    _add_site(parser)
    parser.add_argument("artifact", type=Path, metavar="ARTEFACT", help="folder of the artefact")
    parser.add_argument("--split", choices=PARTS, help="part of the data (test where there is one, else report)")
    parser.add_argument("--nuisance", action="store_true", help="judge the pictures under faults of the camera too")
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument("--html", type=Path, metavar="FILE", help="write a page, with the pictures of the mistakes")
    parser.add_argument("--no-pictures", action="store_true", help="leave the pictures out of the page")


def _add_recalibrate(parser: argparse.ArgumentParser) -> None:
    _add_data(parser)
    parser.add_argument("artifact", type=Path, metavar="ARTEFACT", help="folder of the artefact")
    parser.add_argument(
        "--strategy", choices=get_args(StrategyName), default="false_alarm_budget", help="how to choose"
    )
    parser.add_argument("--budget", type=float, metavar="SHARE", help="highest share of false alarms, e.g. 0.005")
    parser.add_argument("--out", type=Path, metavar="DIR", help="where artefacts lie (default beside ARTEFACT)")
    parser.add_argument("--no-activate", action="store_true", help="leave active.json as it is")


def _add_commission(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("artifact", type=Path, metavar="ARTEFACT", help="folder of the artefact")
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--pictures", type=Path, metavar="FOLDER", help="pictures of the camera, mostly good, no labels")
    what.add_argument("--site", type=Path, metavar="DIR", help="rehearse on one half of this labelled set's scenes")
    parser.add_argument("--data", type=Path, metavar="DIR", help="with --site: what the artefact was trained on")
    _add_naming(parser)
    parser.add_argument("--leaks", type=Path, metavar="FOLDER", help="leaks of the camera, where there are any")
    parser.add_argument("--check", type=Path, metavar="FOLDER", help="later pictures: does the prediction hold?")
    parser.add_argument("--camera", default="CAMERA", metavar="ID", help="its camera_id, for the cameras file")
    parser.add_argument("--budget", type=share, default=0.05, metavar="SHARE", help="called leak in a scene on average")
    parser.add_argument("--margin", type=share, default=0.75, metavar="SHARE", help="of the lowest leak, no cut above")


def _add_rescore(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("artifact", type=Path, metavar="ARTEFACT", help="folder of the artefact")
    parser.add_argument("place", metavar="PLACE", help="folder, archive file, or s3://BUCKET/FOLDER")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="a new folder, for the Parquet files")
    _add_jobs(parser)


def _add_report(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("comparison", type=Path, metavar="FILE", help="comparison.json, as compare names it")
    parser.add_argument("--html", type=Path, required=True, metavar="FILE", help="where the page goes")
    parser.add_argument("--no-pictures", action="store_true", help="leave the pictures of wells out")


def _add_import_reviews(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("export", type=Path, metavar="EXPORT", help="folder of leak-inspection export-reviews")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="where good/ and leak/ go")


def _add_improve(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--record", required=True, metavar="EXPORT|URL", help="folder of export-reviews, or a service")
    parser.add_argument("--key-file", type=Path, metavar="FILE", help="key of that service, with the role admin")
    parser.add_argument("--data", type=Path, required=True, metavar="DIR", help="what artefacts are trained on")
    parser.add_argument("--out", type=Path, default=Path("model_artifacts"), metavar="DIR", help="where artefacts lie")
    parser.add_argument("--work", type=Path, metavar="DIR", help="where the round is kept (default OUT/.improve)")
    parser.add_argument("--go", action="store_true", help="do the next step that needs no person; nothing is activated")
    parser.add_argument("--again", action="store_true", help="begin another round, with the reviews as they are now")
    parser.add_argument("--operator", metavar="NAME", help="who lets a shadow model judge, for the record")
    parser.add_argument("--every", type=count(1, 100_000), default=10, metavar="N", help="it judges one of each N")
    parser.add_argument(
        "--least-judged", type=count(1, 10**9), default=2000, metavar="N", help="pictures it must judge (%(default)s)"
    )
    parser.add_argument("compare", nargs="*", metavar="-- OPTION", help="options of compare, such as --seeds 2")
    parser.set_defaults(compare_options=lambda words: _parser().parse_args(["compare", *words]))


def _add_import_onnx(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("model", type=Path, metavar="FILE", help="ONNX; an autoencoder, or what gives a score")
    _add_data(parser)
    _add_site(parser)
    _add_out(parser)
    parser.add_argument("--name", type=artifact_name, metavar="NAME", help="of the artefact (the file's)")
    parser.add_argument("--input", metavar="NAME", help="which input takes the picture, where there are several")
    parser.add_argument("--output", metavar="NAME", help="which output counts, where there are several")
    parser.add_argument("--output-is", choices=("reconstruction", "score", "map"), help="where its shape does not tell")
    parser.add_argument("--size", type=size, metavar="HxW", help="of its pictures, where the graph does not tell")
    parser.add_argument("--layout", choices=("nchw", "nhwc", "flat"), help="where the graph does not tell")
    parser.add_argument("--channels", choices=("rgb", "bgr", "grey"), default="rgb", help="in order (%(default)s)")
    parser.add_argument(
        "--normalise",
        choices=("unit", "bytes", "symmetric", "imagenet"),
        default="unit",
        help="what it takes: 0..1, 0..255, -1..1, ImageNet's mean and deviation (%(default)s)",
    )
    parser.add_argument("--mean", nargs="+", type=float, metavar="M", help="of values in 0..1, one or one a channel")
    parser.add_argument("--std", nargs="+", type=float, metavar="S", help="the same of the deviation")
    parser.add_argument("--strategy", choices=STRATEGIES, default="scene_budget", help="of the threshold (%(default)s)")


def _add_demo(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("folder", type=Path, metavar="DIR", help="a new folder; gets wells/ and site/")
    parser.add_argument("--seed", type=count(0, 2**31 - 1), default=0, metavar="N", help="other pictures (%(default)s)")


def _add_stress(parser: argparse.ArgumentParser) -> None:
    _add_data(parser)
    parser.add_argument("--show", type=Path, required=True, metavar="DIR", help="where a sheet a family goes")


def _add_data(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--data", type=Path, required=True, metavar="DIR", help="folder, .zip or .tar.gz of pictures")
    _add_naming(parser)


def _add_naming(parser: argparse.ArgumentParser) -> None:
    for name, what in (("good", "shows good wells"), ("leak", "shows leaks"), ("skip", "is not to be read")):
        text = f"a folder, or a class of a list, that {what}; may be repeated"
        parser.add_argument(f"--{name}", action="append", default=[], metavar="NAME", help=text)


def _add_site(parser: argparse.ArgumentParser) -> None:
    text = "second set, of other scenes: half is fitted or chooses, half reports"
    parser.add_argument("--site", type=Path, metavar="DIR", help=text)


def _add_out(parser: argparse.ArgumentParser) -> None:
    """Where artefacts lie, and whether a new one is activated."""
    parser.add_argument("--out", type=Path, default=Path("model_artifacts"), metavar="DIR", help="where artefacts lie")
    activation = parser.add_mutually_exclusive_group()
    activation.add_argument("--no-activate", action="store_true", help="leave active.json as it is")
    activation.add_argument("--activate", action="store_true", help="activate it whatever the active one does")
