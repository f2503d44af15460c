# The compiler of the port program, which must be there before anything of this project is compiled.
for room <- ~w(toolchain inputs requirements cmake compile_task),
    do: Code.require_file("port_build/#{room}.exs", __DIR__)

defmodule Thumbnailer.MixProject do
  use Mix.Project

  @version "0.1.0"

  def project do
    [
      app: :thumbnailer,
      version: @version,
      elixir: "~> 1.14",
      start_permanent: Mix.env() == :prod,
      compilers: [:thumbnailer_port] ++ Mix.compilers(),
      elixirc_paths: elixirc_paths(Mix.env()),
      test_paths: ["../test/elixir_port"],
      deps: [],
      dialyzer: [flags: [:error_handling, :extra_return, :missing_return, :unmatched_returns]],
      name: "Thumbnailer",
      description: "Crash-proof, sandboxed, fast thumbnails: libvips in an OS process of its own",
      package: package(),
      docs: [main: "Thumbnailer", source_ref: "v" <> @version]
    ]
  end

  def application do
    [
      mod: {Thumbnailer.Application, []},
      extra_applications: [:logger, :crypto, telemetry: :optional]
    ]
  end

  defp elixirc_paths(:test), do: ["lib", Path.expand("../test/elixir_port/support", __DIR__)]
  defp elixirc_paths(_env), do: ["lib"]

  defp package do
    [
      licenses: ["MIT"],
      maintainers: ["The Thumbnailer authors"],
      # The last ones stand beside this folder in a checkout; script/release puts them into it.
      files:
        ~w(lib port_build mix.exs .formatter.exs CMakeLists.txt cmake port README.md CHANGELOG.md LICENSE),
      links: %{}
    ]
  end
end
