"""The part of the command line that measures."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from pinn_metakan.cli.options import DeviceOption, DtypeOption, RoundsOption
from pinn_metakan.cli.output import print_lines
from pinn_metakan.cli.start import loading

bench = typer.Typer(help="Measure, and print tables in Markdown.")


@bench.command("step")
def bench_step_command(
    device: DeviceOption = "auto",
    dtype: DtypeOption = "float64",
    points: Annotated[int, typer.Option(min=1, help="Collocation points.")] = 4096,
    rounds: RoundsOption = 5,
) -> None:
    """Time a first-order step, and what it keeps: jets against autograd, MetaKAN against MLP."""
    with loading():
        from pinn_metakan.benchmarks.step import step_lines

    print_lines(step_lines(device, dtype, points, rounds))


@bench.command("jacobian")
def bench_jacobian_command(
    device: DeviceOption = "auto",
    dtype: DtypeOption = "float64",
    points: Annotated[int, typer.Option(min=1, help="Collocation points.")] = 2000,
    rounds: RoundsOption = 3,
) -> None:
    """Time the Jacobian of the residual vector against torch.func."""
    with loading():
        from pinn_metakan.benchmarks.step import jacobian_lines

    print_lines(jacobian_lines(device, dtype, points, rounds))


@bench.command("memory")
def bench_memory_command(device: DeviceOption = "auto", dtype: DtypeOption = "float64") -> None:
    """Count what training [4,128,128,128,1] keeps in memory, KAN and MetaKAN."""
    with loading():
        from pinn_metakan.benchmarks.memory import memory_lines

    print_lines(memory_lines(device, dtype))


@bench.command("defaults")
def bench_defaults_command(
    out: Annotated[
        Path, typer.Option(metavar="DIR", help="Keeps the runs; what is complete stays.")
    ] = Path("outputs/bench-defaults"),
    seeds: Annotated[int, typer.Option(min=1, help="How many seeds.")] = 3,
    budget: Annotated[float, typer.Option(metavar="SECONDS", help="For each run.")] = 30.0,
    device: DeviceOption = "auto",
    problem: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="One of the table. Repeatable.")
    ] = None,
    variant: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="A row of the table. Repeatable.")
    ] = None,
) -> None:
    """Solve the problems by families x coefficients: the table that defaults are chosen from."""
    with loading():
        from pinn_metakan.benchmarks.defaults import default_lines

    arguments = (out, seeds, budget, device, problem or [], variant or [], tell)
    print_lines(default_lines(*arguments))


@bench.command("feynman")
def bench_feynman_command(
    out: Annotated[
        Path, typer.Option(metavar="DIR", help="Keeps the results; what is there stays.")
    ] = Path("outputs/bench-feynman"),
    seeds: Annotated[int, typer.Option(min=1, help="How many seeds.")] = 3,
    grid: Annotated[
        list[int] | None, typer.Option(min=1, help="Grid intervals of the splines. Repeatable.")
    ] = None,
    function: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="Such as I.12.5. Repeatable.")
    ] = None,
) -> None:
    """Fit formulas of physics: KAN and MetaKAN, L-BFGS and Levenberg-Marquardt, test errors."""
    with loading():
        from pinn_metakan.benchmarks.feynman import feynman_lines

    print_lines(feynman_lines(out, seeds, grid or [5, 10, 20], function or [], tell))


@bench.command("images")
def bench_images_command(
    folder: Annotated[
        Path | None,
        typer.Argument(
            metavar="[FOLDER]", help="Images in the format of MNIST or CIFAR [digits of 8 x 8]."
        ),
    ] = None,
    out: Annotated[
        Path, typer.Option(metavar="DIR", help="Keeps the results; what is there stays.")
    ] = Path("outputs/bench-images"),
    shape: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME",
            help="dense, small or paper (four convolutions) [dense, small]. Repeatable.",
        ),
    ] = None,
    network: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="Such as metakanconv or fastkan. Repeatable."),
    ] = None,
    epochs: Annotated[int, typer.Option(min=1, help="Passes over the images.")] = 10,
    seeds: Annotated[int, typer.Option(min=1, help="How many seeds.")] = 1,
    device: DeviceOption = "auto",
) -> None:
    """Classify images: KANs and MetaKANs, accuracy, parameters, time and memory."""
    with loading():
        from pinn_metakan.benchmarks.images import image_lines
        from pinn_metakan.runs.choices import chosen_device

    where, _ = chosen_device(device)
    shapes = shape or ["dense", "small"]
    print_lines(image_lines(folder, out, shapes, network or [], epochs, seeds, where, tell))


@bench.command("ball")
def bench_ball_command(
    out: Annotated[
        Path, typer.Option(metavar="DIR", help="Keeps the results; what is there stays.")
    ] = Path("outputs/bench-ball"),
    problem: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="ball_poisson or ball_allen_cahn. Repeatable."),
    ] = None,
    dimension: Annotated[
        list[int] | None, typer.Option(help="Dimensions of the ball. Repeatable.")
    ] = None,
    row: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="A row of the table. Repeatable.")
    ] = None,
    steps: Annotated[int, typer.Option(min=1, help="Steps of Adam.")] = 10_000,
    device: DeviceOption = "auto",
) -> None:
    """Solve equations in the ball of up to 100 dimensions: errors, time and memory."""
    with loading():
        from pinn_metakan.benchmarks.ball import PROBLEMS, ball_lines

    dimensions = dimension or [2, 4, 10, 20, 50, 100]
    lines = ball_lines(out, problem or list(PROBLEMS), dimensions, row or [], steps, device, tell)
    print_lines(lines)


@bench.command("ablation")
def bench_ablation_command(
    problem: Annotated[str, typer.Argument(metavar="NAME", help="A problem.")] = "heat",
    out: Annotated[
        Path,
        typer.Option(metavar="DIR", help="Keeps the runs and the figure; what is there stays."),
    ] = Path("outputs/bench-ablation"),
    seeds: Annotated[int, typer.Option(min=1, help="How many seeds.")] = 3,
    steps: Annotated[int, typer.Option(min=1, help="Steps of Levenberg-Marquardt.")] = 40,
    part: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME",
            help="prompts, hidden_width, meta_learners or hidden_function. Repeatable.",
        ),
    ] = None,
    device: DeviceOption = "auto",
) -> None:
    """Change one part of a MetaKAN at a time: prompts, hidden width and function, meta-learners."""
    with loading():
        from pinn_metakan.benchmarks.ablation import ablation_lines

    print_lines(ablation_lines(out, problem, seeds, steps, device, part or [], tell))


@bench.command("compression")
def bench_compression_command(
    problem: Annotated[str, typer.Argument(metavar="NAME", help="A problem.")] = "heat",
    steps: Annotated[int, typer.Option(min=1, help="Steps of the whole network.")] = 40,
    more_steps: Annotated[int, typer.Option(min=1, help="Steps of the smaller one.")] = 30,
    device: DeviceOption = "auto",
) -> None:
    """Make trained networks smaller by codebooks and by cutting edges: errors before and after."""
    with loading():
        from pinn_metakan.benchmarks.compression import compression_lines

    print_lines(compression_lines(problem, device, steps, more_steps, tell))


@bench.command("numbers")
def bench_numbers_command(
    out: Annotated[Path, typer.Option(metavar="FILE", help="Keeps the numbers.")] = Path(
        "outputs/numbers.json"
    ),
    against: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Numbers of another version to hold.")
    ] = None,
    case: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="A row, such as 'heat, kan'. Repeatable."),
    ] = None,
) -> None:
    """Run problems x networks for seconds: residual, gradient, Jacobian, losses and errors.

    With --against, tell what a change of the code has moved; more than rounding is a failure.
    """
    with loading():
        from pinn_metakan.benchmarks.numbers import number_lines

    print_lines(number_lines(out, against, case or [], tell))


def tell(text: str) -> None:
    """Print progress on standard error."""
    print(text, file=sys.stderr, flush=True)
