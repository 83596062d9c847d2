# The application alone; compose.yaml puts PostgreSQL and a CKAN with a real Solr beside it.
FROM python:3.12-slim AS build
WORKDIR /build
COPY pyproject.toml constraints.txt README.md LICENSE ./
COPY harvesters harvesters
COPY catalogue catalogue
COPY portal portal
COPY sandbox sandbox
RUN python -m venv /opt/catalogue \
 && /opt/catalogue/bin/pip install --no-cache-dir --constraint constraints.txt '.[postgresql]'

FROM python:3.12-slim
RUN useradd --system --uid 4242 --home-dir /srv/catalogue --create-home catalogue
COPY --from=build /opt/catalogue /opt/catalogue
COPY config /srv/catalogue/config
# A volume takes over the owner of the folder that it is mounted on.
RUN install -d -o catalogue -g catalogue /srv/catalogue/var
ENV PATH=/opt/catalogue/bin:$PATH CATALOGUE_HOME=/srv/catalogue/var PYTHONUNBUFFERED=1
USER catalogue
WORKDIR /srv/catalogue
VOLUME /srv/catalogue/var
HEALTHCHECK --interval=5m --timeout=30s CMD ["catalogue", "status", "--json"]
ENTRYPOINT ["catalogue"]
CMD ["status"]
