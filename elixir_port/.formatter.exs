[
  inputs: [
    "{mix,.formatter}.exs",
    "{config,lib,port_build}/**/*.{ex,exs}",
    "../test/{elixir_port,chaos,package}/**/*.{ex,exs}"
  ]
]
