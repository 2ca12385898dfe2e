# pinn_metakan in a container, on the CPU or on GPUs.
#   docker build -t pinn-metakan .
#   docker build -t pinn-metakan:cuda --build-arg TORCH=cu130 .
#   docker run --rm --user "$(id -u):$(id -g)" -v "$PWD:/work" pinn-metakan solve burgers --out run
#   docker run --rm --user "$(id -u):$(id -g)" -v "$PWD:/work" --gpus all pinn-metakan:cuda solve burgers
# The wheels of PyTorch bring their own CUDA libraries, so that both begin from the same small image;
# the host needs a driver and the NVIDIA container toolkit, nothing else.
ARG PYTHON=3.11-slim-bookworm

FROM python:${PYTHON} AS build
# cpu, cu126, cu130, ...: the index of wheels at https://download.pytorch.org/whl/
ARG TORCH=cpu
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
RUN python -m venv /opt/venv
ENV PATH=/opt/venv/bin:$PATH
WORKDIR /source
# PyTorch is by far the largest part: its layer stays when only this package changes.
COPY constraints.txt ./
RUN pip install --index-url "https://download.pytorch.org/whl/${TORCH}" "$(grep -m 1 '^torch==' constraints.txt)"
COPY pyproject.toml README.md LICENSE ./
COPY pinn_metakan pinn_metakan
COPY problems problems
RUN pip install -c constraints.txt .

FROM python:${PYTHON}
RUN useradd --create-home --uid 1000 solver
COPY --from=build /opt/venv /opt/venv
ENV PATH=/opt/venv/bin:$PATH \
    PINN_METAKAN_CACHE=/tmp/pinn_metakan \
    MPLCONFIGDIR=/tmp/matplotlib
USER solver
WORKDIR /work
ENTRYPOINT ["pinn-metakan"]
CMD ["--help"]
