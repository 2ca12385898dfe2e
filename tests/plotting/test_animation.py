"""Animations: frames, formats and what is refused."""

from pathlib import Path

import numpy as np
import pytest
from drawn_fields import make_field, scattered_field
from matplotlib.animation import FFMpegWriter
from PIL import Image

from pinn_metakan.errors import UserError
from pinn_metakan.plotting.animation import write_animation


@pytest.mark.parametrize("dimension", [2, 3])
def test_a_gif_has_a_frame_per_time(dimension: int, tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    path = tmp_path / "u.gif"
    frames = 8 + dimension  # times of the grid
    write_animation(
        make_field(dimension), path, ["u"], dpi=20, progress=lambda *state: told.append(state)
    )
    assert path.read_bytes().startswith(b"GIF89a")
    with Image.open(path) as image:
        assert image.n_frames == frames
        first = np.asarray(image.convert("RGB"), dtype=float)
        image.seek(image.n_frames - 1)
        last = np.asarray(image.convert("RGB"), dtype=float)
    assert np.abs(first - last).mean() > 1.0
    assert told == [(k, frames) for k in range(1, frames + 1)]


def test_an_animation_of_one_field_is_cut_where_it_is_asked(tmp_path: Path) -> None:
    write_animation(make_field(3), tmp_path / "u.gif", ["u_error"], {"y": 0.5}, dpi=20)
    write_animation(make_field(2), tmp_path / "e.gif", ["u_log_error"], dpi=20)
    assert {path.name for path in tmp_path.iterdir()} == {"u.gif", "e.gif"}


@pytest.mark.skipif(not FFMpegWriter.isAvailable(), reason="there is no ffmpeg")
def test_an_mp4_is_made_where_ffmpeg_is(tmp_path: Path) -> None:
    write_animation(make_field(2), tmp_path / "u.mp4", ["u"], dpi=20)
    assert (tmp_path / "u.mp4").read_bytes()[4:8] == b"ftyp"


def test_an_mp4_without_ffmpeg_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(FFMpegWriter, "isAvailable", classmethod(lambda cls: False))
    with pytest.raises(UserError, match="format 'mp4': this needs ffmpeg, which is not installed"):
        write_animation(make_field(2), tmp_path / "u.mp4")


def test_what_cannot_be_animated_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "u.gif"
    with pytest.raises(UserError, match="this one has no time"):
        write_animation(scattered_field(), path)
    with pytest.raises(UserError, match="at t: an animation runs over all times; leave it free"):
        write_animation(make_field(2), path, [], {"t": 0.5})
    with pytest.raises(UserError, match="at x: leave a coordinate besides t free"):
        write_animation(make_field(2), path, [], {"x": 0.5})
    with pytest.raises(UserError, match="no field 'w'; there are u,"):
        write_animation(make_field(2), path, ["w"])
    with pytest.raises(UserError, match="format 'avi': animations are written as gif, mp4"):
        write_animation(make_field(2), tmp_path / "u.avi")
    assert list(tmp_path.iterdir()) == []
