# docker build -t gapkeeper .
# docker run --rm --user "$(id -u):$(id -g)" -v "$PWD:/repository" gapkeeper check
FROM python:3.13-slim AS build
WORKDIR /source
COPY requirements/run.txt requirements/build.txt requirements/
RUN python -m venv /build && /build/bin/pip install --no-cache-dir --require-hashes -r requirements/build.txt \
 && python -m venv /gapkeeper && /gapkeeper/bin/pip install --no-cache-dir --require-hashes -r requirements/run.txt
COPY pyproject.toml LICENSE README.md ./
COPY bot bot
RUN /build/bin/python -m hatchling build -t wheel -d /wheel \
 && /gapkeeper/bin/pip install --no-cache-dir --no-index --no-deps /wheel/*.whl

FROM python:3.13-slim
# git: --rev, history and dates of commits. A mounted repository belongs to somebody else, which git has to be told.
RUN apt-get update && apt-get install -y --no-install-recommends git && rm -rf /var/lib/apt/lists/* \
 && git config --system --add safe.directory /repository \
 && useradd --uid 10001 --create-home gapkeeper
COPY --from=build /gapkeeper /gapkeeper
ENV PATH=/gapkeeper/bin:$PATH PYTHONDONTWRITEBYTECODE=1
USER gapkeeper
WORKDIR /repository
ENTRYPOINT ["gapkeeper"]
CMD ["--help"]
