# The compiler of the port program, which must be there before anything of this project is compiled.
for part <- ~w(toolchain inputs requirements cmake compile_task),
    do: Code.require_file("port_build/#{part}.exs", __DIR__)

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
      dialyzer: [flags: [:unmatched_returns]],
      name: "Thumbnailer",
      description: "Crash-proof, sandboxed, fast thumbnails: libvips in an OS process of its own",
      package: package(),
      docs: docs(),
      test_coverage: test_coverage()
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

  # script/coverage. Not counted are the parts that tests are made of, and what runs in a BEAM of its own in them, where nobody counts.
  defp test_coverage do
    parts =
      for path <- Path.wildcard(Path.expand("../test/elixir_port/support/*.ex", __DIR__)),
          [_, name] <- Regex.scan(~r/^defmodule ([\w.]+) do/m, File.read!(path)),
          do: Module.concat([name])

    elsewhere = [Mix.Tasks.Thumbnailer.Batch, Thumbnailer.Batch.CLI.Interrupt]
    [output: "../build/cover", summary: [threshold: 90], ignore_modules: parts ++ elsewhere]
  end

  # For `mix docs` where ExDoc is installed; nothing here needs it.
  defp docs do
    guides = ~w(getting_started options errors_and_retries untrusted_uploads recipes plug batch)
    operation = ~w(installation operations clustering scaling performance reliability)
    reference = ~w(coming_from security protocol architecture)

    [
      main: "readme",
      source_ref: "v" <> @version,
      extras:
        ["../README.md"] ++
          paths(guides ++ operation ++ reference) ++
          ["../samples/thumbnailer.livemd"] ++
          Enum.map(~w(CHANGELOG CONTRIBUTING SECURITY), &"../#{&1}.md"),
      assets: %{"../docs/pictures" => "pictures"},
      groups_for_extras: [
        Guides: paths(guides),
        Operation: paths(operation),
        Reference: paths(reference)
      ],
      groups_for_modules: [
        Results: [Thumbnailer.Thumbnail, Thumbnailer.Error],
        Arguments: [
          Thumbnailer.Source,
          Thumbnailer.Size,
          Thumbnailer.Options,
          Thumbnailer.Formats
        ],
        Instances: [Thumbnailer.InstanceOptions, Thumbnailer.Cluster, Thumbnailer.Telemetry],
        "Other ways in": [Thumbnailer.Plug],
        Batch: ~r/^Thumbnailer\.Batch/,
        Diagnosis: [Thumbnailer.Doctor, Thumbnailer.Doctor.Finding, Thumbnailer.Recording]
      ]
    ]
  end

  defp paths(names), do: Enum.map(names, &"../docs/#{&1}.md")

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
