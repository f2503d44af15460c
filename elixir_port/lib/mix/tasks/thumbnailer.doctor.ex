defmodule Mix.Tasks.Thumbnailer.Doctor do
  @shortdoc "Examines the installation of Thumbnailer"
  @moduledoc """
  Examines the installation: the port program, its libvips, its limits, what the sandbox holds on this host, and each format.

      mix thumbnailer.doctor
      mix thumbnailer.doctor --sandbox require

  Prints one line for each finding, and what to do about those that are not well. Ends with status 1 when something
  does not work; a warning is no failure.

  ## Flags

    * `--executable` - another port program
    * `--sandbox` - another mode: `require`, `best_effort`, `audit` or `off`
  """

  use Mix.Task

  alias Thumbnailer.{Doctor, InstanceOptions, Option}

  @requirements ["app.config"]
  @switches [executable: :string, sandbox: :string]
  @marks [ok: "ok      ", warning: "warning ", error: "ERROR   "]

  @impl true
  def run(arguments) do
    {flags, rest} = OptionParser.parse!(arguments, strict: @switches)

    if rest != [],
      do: Mix.raise("mix thumbnailer.doctor takes flags only, not #{Enum.join(rest, " ")}")

    {:ok, _started} = Application.ensure_all_started(:thumbnailer)

    findings = flags |> Enum.map(&option!/1) |> Doctor.examine()
    Enum.each(findings, &print/1)
    if Enum.any?(findings, &(&1.state == :error)), do: exit({:shutdown, 1})
  end

  defp option!({name, text}) do
    row = Option.find!(name, InstanceOptions.table())

    case Option.parse(row, text) do
      {:ok, value} -> {name, value}
      :error -> Mix.raise("--#{name} must be #{Option.accepts(row)}, got: #{text}")
    end
  end

  defp print(finding) do
    Mix.shell().info(
      "#{@marks[finding.state]}#{String.pad_trailing(finding.what, 9)} #{finding.seen}"
    )

    if finding.advice, do: Mix.shell().info("#{String.duplicate(" ", 18)}#{finding.advice}")
  end
end
