[
  inputs: [
    "{mix,.formatter}.exs",
    "{config,lib}/**/*.{ex,exs}",
    "../test/{elixir_port,chaos}/**/*.{ex,exs}"
  ]
]
