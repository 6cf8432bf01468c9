# docker build -t gapkeeper .
#
# The commands, on a repository that is mounted:
#   docker run --rm --user "$(id -u):$(id -g)" -v "$PWD:/repository" gapkeeper check
# The service, with its file and a volume for what it remembers (docs/service.md, config/compose.yaml):
#   docker run --init --read-only --tmpfs /tmp -v "$PWD/service.toml:/etc/gapkeeper/service.toml:ro" \
#     -v state:/var/lib/gapkeeper -p 8080:8080 -e GAPKEEPER_GITHUB_TOKEN gapkeeper serve
ARG PYTHON=3.13-slim-bookworm
FROM python:${PYTHON} AS build
WORKDIR /source
COPY requirements/run.txt requirements/build.txt requirements/
RUN python -m venv /build && /build/bin/pip install --no-cache-dir --require-hashes -r requirements/build.txt \
 && python -m venv /gapkeeper && /gapkeeper/bin/pip install --no-cache-dir --require-hashes -r requirements/run.txt
COPY pyproject.toml LICENSE README.md ./
COPY bot bot
# What runs needs no pip: nothing is installed later, and it is what scanners find fault with.
RUN /build/bin/python -m hatchling build -t wheel -d /wheel \
 && /gapkeeper/bin/pip install --no-cache-dir --no-index --no-deps /wheel/*.whl \
 && /gapkeeper/bin/pip uninstall --yes pip

FROM python:${PYTHON}
LABEL org.opencontainers.image.title="Gapkeeper" \
      org.opencontainers.image.description="Keeps planning documents and issue trackers in step" \
      org.opencontainers.image.version="0.1.0" \
      org.opencontainers.image.licenses="Apache-2.0"
# git: documents, their history, and the mirrors. A mounted repository belongs to somebody else, which git has to be
# told. The volume takes its owner from the folder that it is mounted over.
RUN apt-get update && apt-get install -y --no-install-recommends ca-certificates git openssh-client \
 && rm -rf /var/lib/apt/lists/* \
 && git config --system --add safe.directory /repository \
 && useradd --uid 10001 --create-home gapkeeper \
 && install -d -m 700 -o gapkeeper -g gapkeeper /var/lib/gapkeeper
COPY --from=build /gapkeeper /gapkeeper
# These win over the service's file: in a container nothing else can be written to, and nobody calls its loopback.
ENV PATH=/gapkeeper/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    GAPKEEPER_SERVICE_CONFIG=/etc/gapkeeper/service.toml \
    GAPKEEPER_SERVICE__PUBLIC=0.0.0.0:8080 \
    GAPKEEPER_STATE__URL=sqlite:/var/lib/gapkeeper/state.db \
    GAPKEEPER_STATE__MIRRORS=/var/lib/gapkeeper/mirrors
USER 10001:10001
WORKDIR /repository
EXPOSE 8080
# Of the service. A command has ended before it is asked for the first time.
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s --retries=3 \
    CMD ["python", "-m", "gapkeeper.entry.service.health"]
ENTRYPOINT ["gapkeeper"]
CMD ["--help"]
