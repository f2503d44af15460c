# The compiler of the port program, which must be there before anything of this project is compiled.
for part <- ~w(toolchain inputs requirements stage cmake precompiled compile_task),
    do: Code.require_file("port_build/#{part}.exs", __DIR__)

defmodule Thumbnailer.MixProject do
  use Mix.Project

  @version "0.2.0"

  def project do
    [
      app: :thumbnailer,
      version: @version,
      elixir: "~> 1.14",
      start_permanent: Mix.env() == :prod,
      compilers: [:thumbnailer_port] ++ Mix.compilers(),
      elixirc_paths: elixirc_paths(Mix.env()),
      test_paths: ["../test/elixir_port"],
      deps: deps(),
      xref: [exclude: undeclared()],
      dialyzer: [flags: [:unmatched_returns]],
      name: "Thumbnailer",
      description: "Crash-proof, sandboxed, fast thumbnails: libvips in an OS process of its own",
      package: package(),
      docs: docs(),
      test_coverage: test_coverage()
    ]
  end

  # What an application may have and the library then uses: named, so that Mix compiles it before and starts it first. Mix
  # takes a requirement without a path for one of Hex and stops where Hex is not installed, as on a machine without a
  # network: there no application can have these packages from Hex either.
  defp deps, do: if(Code.ensure_loaded?(Hex), do: optional() ++ tools(), else: [])

  # Their modules, where they cannot be named and are there all the same, by path: Mix would warn in each such project.
  defp undeclared,
    do:
      if(Code.ensure_loaded?(Hex),
        do: [],
        else: [Plug, Plug.Conn, Telemetry.Metrics, Kino, :telemetry]
      )

  defp optional do
    [
      {:plug, "~> 1.14", optional: true},
      {:telemetry, "~> 1.0", optional: true},
      {:telemetry_metrics, "~> 0.6 or ~> 1.0", optional: true},
      {:kino, "~> 0.8", optional: true}
    ]
  end

  defp tools, do: [{:ex_doc, "~> 0.34", only: :dev, runtime: false}]

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
    guides =
      ~w(is_this_for_me getting_started options formats sources errors_and_retries untrusted_uploads recipes plug batch steps)

    operation = ~w(installation debugging operations clustering scaling performance reliability)
    reference = ~w(coming_from security protocol architecture)

    [
      main: "readme",
      source_ref: "v" <> @version,
      extras:
        ["../README.md"] ++
          paths(guides ++ operation ++ reference) ++
          [
            # Pages lie in one folder, which some disks read without regard to case: thumbnailer.html would be Thumbnailer.html.
            {"../samples/thumbnailer.livemd", filename: "livebook"},
            "../CHANGELOG.md",
            "../CONTRIBUTING.md",
            {"../SECURITY.md", filename: "reporting", title: "Reporting a vulnerability"},
            "../LICENSE"
          ],
      # Old names, which are gone.
      skip_undefined_reference_warnings_on: ["../CHANGELOG.md"],
      assets: assets(~w(pictures charts)),
      groups_for_extras: [
        Guides: paths(guides),
        Operation: paths(operation),
        Reference: paths(reference)
      ],
      groups_for_modules: [
        Results: [Thumbnailer.Thumbnail, Thumbnailer.ImageInfo, Thumbnailer.Error],
        Arguments: [
          Thumbnailer.Source,
          Thumbnailer.Size,
          Thumbnailer.Options,
          Thumbnailer.Formats
        ],
        Instances: [
          Thumbnailer.InstanceOptions,
          Thumbnailer.Status,
          Thumbnailer.Cluster,
          Thumbnailer.Telemetry
        ],
        "Other ways in": [Thumbnailer.Plug],
        Batch: ~r/^Thumbnailer\.Batch/,
        Diagnosis: [Thumbnailer.Doctor, Thumbnailer.Doctor.Finding, Thumbnailer.Recording]
      ]
    ]
  end

  # README.md, above the guides, shows docs/pictures/..., and they show pictures/...; all become pages of one folder. A folder is a
  # key of the map, so its second target has another spelling of it.
  defp assets(names) do
    for name <- names,
        pair <- [{"../docs/#{name}", name}, {"../docs/./#{name}", "docs/#{name}"}],
        into: %{},
        do: pair
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
