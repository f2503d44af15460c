defmodule Bench.Settings do
  @moduledoc """
  How a workload is measured: `--rounds N`, `--quick`, and where things are.

  Each round measures every implementation once, in turn, so that a change of the machine's pace meets them all alike.
  """

  defstruct rounds: 15, round_ms: 250, quick?: false, root: nil, build: nil, corpus: nil

  @doc "From the command line; `usual` is the number of rounds if that says nothing, for the quick run a fifth of it."
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
      build: System.fetch_env!("THUMBNAILER_BUILD"),
      corpus: System.get_env("THUMBNAILER_CORPUS", Path.expand("../shared/corpus", root))
    }
  end

  # A single round is to see that it works.
  defp round_ms(1, _quick?), do: 1
  defp round_ms(_rounds, quick?), do: if(quick?, do: 100, else: 250)

  @doc "A folder for what is measured and what is made for that, in the build folder."
  def folder(settings, name \\ "") do
    path = Path.join([settings.build, "bench", name])
    File.mkdir_p!(path)
    path
  end
end
