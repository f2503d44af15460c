defmodule Mix.Tasks.Thumbnailer.Doctor do
  @shortdoc "Examines the installation of Thumbnailer"
  @moduledoc """
  Examines the installation: the port program and its version, its libvips, what it reads and writes, its limits, what the
  sandbox holds on this host; makes a sample in each format, and says how long that took.

      mix thumbnailer.doctor
      mix thumbnailer.doctor --sandbox require

  Prints one line for each finding, and what to do about those that are not well. Ends with status 1 when something
  does not work; a warning is no failure.

  ## Flags

    * `--executable` - another port program
    * `--sandbox` - another mode: `require`, `best_effort`, `audit` or `off`
  """

  use Mix.Task

  alias Thumbnailer.{Doctor, InstanceOptions}
  alias Thumbnailer.Options.Definition

  @requirements ["app.config"]
  @switches [executable: :string, sandbox: :string]

  @impl true
  def run(arguments) do
    {flags, rest} = OptionParser.parse!(arguments, strict: @switches)

    if rest != [],
      do: Mix.raise("mix thumbnailer.doctor takes flags only, not #{Enum.join(rest, " ")}")

    flags |> Enum.map(&option!/1) |> Doctor.main()
  end

  defp option!({name, text}) do
    row = Definition.find!(name, InstanceOptions.table())

    case Definition.parse(row, text) do
      {:ok, value} -> {name, value}
      :error -> Mix.raise("--#{name} must be #{Definition.accepts(row)}, got: #{text}")
    end
  end
end
