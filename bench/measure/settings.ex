defmodule Bench.Settings do
  @moduledoc """
  The settings of a measurement: `--rounds N`, `--quick`, and the folders.

  Each round measures every implementation once, so a change in the machine's speed affects all of them.
  """

  defstruct rounds: 15, round_ms: 250, quick?: false, root: nil, build: nil, corpus: nil

  @doc "Reads the command line; `usual` is the default number of rounds, a fifth of it with --quick."
  def read!(usual \\ 15) do
    {options, []} =
      OptionParser.parse!(System.argv(), strict: [rounds: :integer, quick: :boolean])

    quick? = Keyword.get(options, :quick, false)
    root = Path.expand("../..", __DIR__)
    rounds = Keyword.get(options, :rounds, if(quick?, do: max(div(usual, 5), 2), else: usual))

    %__MODULE__{
      rounds: rounds,
      round_ms: round_ms(rounds, quick?),
      quick?: quick?,
      root: root,
      build: System.fetch_env!("THUMBNAILER_BUILD_FOLDER"),
      corpus: System.get_env("THUMBNAILER_CORPUS", Path.expand("../shared/corpus", root))
    }
  end

  # A single round only checks that the benchmark works.
  defp round_ms(1, _quick?), do: 1
  defp round_ms(_rounds, quick?), do: if(quick?, do: 100, else: 250)

  @doc "The folder for figures and temporary files, in the build folder."
  def folder(settings, name \\ "") do
    path = Path.join([settings.build, "bench", name])
    File.mkdir_p!(path)
    path
  end
end
