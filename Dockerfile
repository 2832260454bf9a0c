#     docker build -t kratos-identity-operator:0.1.0 .
#
# Both images are build arguments. Tags can move; to build from known bytes, give them by digest:
#
#     docker build --build-arg RUNTIME=gcr.io/distroless/nodejs24-debian13:nonroot@sha256:... .
#
# `docker buildx imagetools inspect <image>` prints an image's digest.
ARG BUILD=node:24.21.0-trixie-slim
ARG RUNTIME=gcr.io/distroless/nodejs24-debian13:nonroot

# The bundle is the same for every platform, so it is built on the builder's own.
FROM --platform=$BUILDPLATFORM ${BUILD} AS build
WORKDIR /build
COPY package.json package-lock.json .npmrc ./
RUN npm ci --no-audit --no-fund
COPY tsconfig.json rolldown.config.ts ./
COPY src src
RUN npm run build

FROM ${RUNTIME}
COPY --from=build --chown=0:0 --chmod=0444 /build/dist/main.mjs /app/main.mjs
WORKDIR /app
ENV NODE_ENV=production
USER 65532:65532
EXPOSE 8080
# The entry point holds the script too, so that a container's `args` are the operator's flags.
# Smaller young generation: about 12 % less memory at rest. The heap leaves room for buffers within the limit.
# No __proto__: traits are other people's objects.
ENTRYPOINT ["/nodejs/bin/node", \
  "--max-semi-space-size=4", \
  "--max-old-space-size-percentage=70", \
  "--disable-proto=delete", \
  "/app/main.mjs"]
