# The training bench: `leak-training` with torch for the CPU. The service never needs this image.
FROM python:3.11-slim-bookworm
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ROOT_USER_ACTION=ignore
RUN python -m venv --without-pip /opt/leak-training
WORKDIR /src
COPY pyproject.toml constraints.txt ./
# Where torch's builds for the CPU lie, if the ordinary index holds the far larger ones for CUDA alone.
ARG TORCH_INDEX=
RUN --mount=type=cache,target=/root/.cache/pip \
    pip --python /opt/leak-training/bin/python install --no-deps ${TORCH_INDEX:+--index-url "$TORCH_INDEX"} \
    "$(grep ^torch== constraints.txt)"
# "training cluster" adds Ray.
ARG EXTRAS=training
RUN --mount=type=cache,target=/root/.cache/pip \
    python -c "import sys, tomllib; extras = tomllib.load(open('pyproject.toml', 'rb'))['project']['optional-dependencies']; print(*(line for extra in sys.argv[1:] for line in extras[extra]), sep='\n')" $EXTRAS >libraries.txt \
    && pip --python /opt/leak-training/bin/python install --constraint constraints.txt --requirement libraries.txt
COPY README.md LICENSE ./
COPY service service
COPY training training
RUN --mount=type=cache,target=/root/.cache/pip \
    pip --python /opt/leak-training/bin/python install --no-deps . \
    && rm /opt/leak-training/bin/leak-inspection
# matplotlib and torch keep their caches under HOME.
ENV PATH=/opt/leak-training/bin:$PATH PYTHONUNBUFFERED=1 HOME=/tmp
USER 10001:10001
WORKDIR /tmp
ENTRYPOINT ["leak-training"]
CMD ["--help"]
ARG CREATED=1970-01-01T00:00:00Z
ARG REVISION=unknown
ARG VERSION=0.1.0
LABEL org.opencontainers.image.title="leak-training" \
      org.opencontainers.image.description="Trains and compares the autoencoders of leak-inspection" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.base.name="docker.io/library/python:3.11-slim-bookworm" \
      org.opencontainers.image.created="$CREATED" \
      org.opencontainers.image.revision="$REVISION" \
      org.opencontainers.image.version="$VERSION"
