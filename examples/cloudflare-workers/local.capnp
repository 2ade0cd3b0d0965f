# Runs the bundled worker without an account: workerd serve local.capnp (worker.js beside this file)
using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [(name = "token", worker = .worker)],
  sockets = [(name = "http", address = "127.0.0.1:3000", http = (), service = "token")],
);

const worker :Workerd.Worker = (
  modules = [(name = "worker.js", esModule = embed "worker.js")],
  bindings = [(name = "STREAM_API_SECRET", fromEnvironment = "STREAM_API_SECRET")],
  compatibilityDate = "2025-05-05",
  compatibilityFlags = ["nodejs_compat"],
);
