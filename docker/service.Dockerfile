# The service alone: no torch, no compiler, and nothing that writes outside /data and /tmp.
FROM python:3.11-slim-bookworm AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ROOT_USER_ACTION=ignore
RUN python -m venv --without-pip /opt/leak-inspection
WORKDIR /src
# The libraries first: they change less often than the code.
COPY pyproject.toml constraints.txt ./
RUN --mount=type=cache,target=/root/.cache/pip \
    python -c "import sys, tomllib; known = tomllib.load(open('pyproject.toml', 'rb'))['project']['optional-dependencies']; print(*(one for extra in sys.argv[1:] for one in known[extra]), sep='\n')" service >libraries.txt \
    && pip --python /opt/leak-inspection/bin/python install --constraint constraints.txt --requirement libraries.txt
# Plugs and streams that need more name it: --build-arg EXTRAS="grpc modbus mqtt opcua streams gige".
ARG EXTRAS=""
RUN --mount=type=cache,target=/root/.cache/pip \
    test -z "$EXTRAS" \
    || (python -c "import sys, tomllib; known = tomllib.load(open('pyproject.toml', 'rb'))['project']['optional-dependencies']; print(*(one for extra in sys.argv[1:] for one in known[extra]), sep='\n')" $EXTRAS >libraries.txt \
    && pip --python /opt/leak-inspection/bin/python install --constraint constraints.txt --requirement libraries.txt)
COPY README.md LICENSE ./
COPY service service
RUN --mount=type=cache,target=/root/.cache/pip \
    pip --python /opt/leak-inspection/bin/python install --no-deps . \
    && rm /opt/leak-inspection/bin/leak-training

FROM python:3.11-slim-bookworm
# A new named volume over one of these takes its owner from the image.
RUN install --directory --mode=700 --owner=10001 --group=10001 /data /tls
COPY --from=build /opt/leak-inspection /opt/leak-inspection
COPY model_artifacts /model_artifacts
ENV PATH=/opt/leak-inspection/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    LEAK_INSPECTION_HOST=0.0.0.0 \
    LEAK_INSPECTION_PORT=8000 \
    LEAK_INSPECTION_ARTIFACTS=/model_artifacts \
    LEAK_INSPECTION_DATA_DIR=/data
USER 10001:10001
WORKDIR /data
EXPOSE 8000
HEALTHCHECK --interval=5s --timeout=3s --start-period=30s --retries=3 CMD ["leak-inspection", "healthcheck"]
ENTRYPOINT ["leak-inspection"]
CMD ["serve"]
ARG CREATED=1970-01-01T00:00:00Z
ARG REVISION=unknown
ARG VERSION=0.1.0
ENV LEAK_INSPECTION_REVISION=$REVISION
LABEL org.opencontainers.image.title="leak-inspection" \
      org.opencontainers.image.description="Finds metal leaks in the wells of aluminium casting tables" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.base.name="docker.io/library/python:3.11-slim-bookworm" \
      org.opencontainers.image.created="$CREATED" \
      org.opencontainers.image.revision="$REVISION" \
      org.opencontainers.image.version="$VERSION"
