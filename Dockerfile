# NOT RUN: no container engine was at hand when this was written. tests/test_containers.py checks what can be checked
# without one. It makes an image of the API and the command line for a Neo4j server; the embedded engine is not in it.

FROM python:3.12-slim AS build
WORKDIR /build
COPY pyproject.toml constraints.txt README.md ./
COPY src ./src
COPY cypher ./cypher
COPY loaders ./loaders
COPY policies ./policies
COPY api ./api
# the pinned versions hold for the build's own tools, too
ENV PIP_CONSTRAINT=/build/constraints.txt PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
RUN pip wheel --no-deps --wheel-dir /build/wheels . \
    && python -m venv /opt/credit_graph \
    && /opt/credit_graph/bin/pip install /build/wheels/credit_graph-*.whl

FROM python:3.12-slim
RUN groupadd --gid 10001 credit \
    && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /data --shell /usr/sbin/nologin credit \
    && install --directory --owner=10001 --group=10001 --mode=0700 /data
COPY --from=build /opt/credit_graph /opt/credit_graph
ENV PATH=/opt/credit_graph/bin:$PATH CREDIT_GRAPH_HOME=/data PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1
USER 10001:10001
WORKDIR /data
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s --retries=3 \
    CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8000/health', timeout=4)"]
ENTRYPOINT ["credit-graph"]
# an address that others reach is refused as long as no key exists: credit-graph key create
CMD ["serve", "--host", "0.0.0.0", "--port", "8000"]
