defmodule Shrink.MixProject do
  use Mix.Project

  def project do
    [
      app: :shrink,
      version: "1.0.0",
      elixir: "~> 1.14",
      start_permanent: Mix.env() == :prod,
      deps: [{:thumbnailer, path: "../../elixir_port"}],
      # Each release is a folder and a tarball of it.
      releases: [shrink: [steps: [:assemble, :tar], include_executables_for: [:unix]]]
    ]
  end

  def application, do: [mod: {Shrink, []}, extra_applications: [:logger]]
end
