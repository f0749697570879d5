# Downpour as one image: the program, and what it links against. Redis and
# ClickHouse are servers beside it (docker-compose.yml), so the engine that
# `make build` fetches for use in the process is left out.
ARG GO_VERSION=1.26
ARG NODE_VERSION=20
ARG DEBIAN=bookworm

# The scripts and styles of the pages.
FROM node:${NODE_VERSION}-${DEBIAN}-slim AS pages
WORKDIR /src/frontend
COPY frontend/package.json frontend/package-lock.json ./
RUN npm ci --no-audit --no-fund
COPY frontend ./
RUN npm run build

# The program. H3 is a C library, so the stage has a C compiler.
FROM golang:${GO_VERSION}-${DEBIAN} AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
COPY --from=pages /src/frontend/dist frontend/dist
ARG COMMIT=unknown
ARG VERSION=unreleased
RUN go build -trimpath -buildvcs=false -ldflags "-s -w -X main.commit=${COMMIT} -X main.version=${VERSION}" -o /out/downpour ./cmd/downpour \
 && mkdir /out/data

# What runs: glibc, certificates and nothing else, as a user without rights.
FROM gcr.io/distroless/base-debian12:nonroot
COPY --from=build /out/downpour /usr/local/bin/downpour
COPY --from=build --chown=nonroot:nonroot /out/data /data
COPY LICENSE DATA-LICENCES /
ENV DOWNPOUR_DATA=/data
EXPOSE 8080
VOLUME /data
HEALTHCHECK --interval=10s --timeout=6s --start-period=30s CMD ["/usr/local/bin/downpour", "health"]
ENTRYPOINT ["/usr/local/bin/downpour"]
CMD ["serve"]
