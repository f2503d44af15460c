defmodule Thumbnailer.Batch.CLI.Progress do
  @moduledoc false
  # Shows a batch while it runs: on a terminal one line that changes in place, elsewhere a plain line every two seconds.

  alias Thumbnailer.Batch.CLI.{Console, Summary}
  alias Thumbnailer.Batch.Report

  # Milliseconds between two lines: often enough to be alive, seldom enough for a log.
  @live 100
  @plain 2_000

  @enforce_keys [:live, :interval, :shown_at]
  defstruct [:live, :interval, :shown_at]

  @type t :: %__MODULE__{
          live: boolean,
          interval: non_neg_integer,
          shown_at: :atomics.atomics_ref()
        }

  @doc "`live` says whether standard output is a terminal."
  @spec new(boolean, non_neg_integer | nil) :: t
  def new(live, interval \\ nil) do
    shown_at = :atomics.new(1, [])
    :atomics.put(shown_at, 1, now())

    %__MODULE__{
      live: live,
      interval: interval || if(live, do: @live, else: @plain),
      shown_at: shown_at
    }
  end

  @doc "Shows how far the batch is, if it is time."
  @spec show(t, Report.t()) :: :ok
  def show(progress, report) do
    if now() - :atomics.get(progress.shown_at, 1) >= progress.interval do
      :atomics.put(progress.shown_at, 1, now())
      write(progress, Summary.progress(report, now()))
    else
      :ok
    end
  end

  @doc "Takes the line away before something else is written."
  @spec clear(t) :: :ok
  def clear(%{live: true}), do: Console.write(:stdio, "\r\e[2K")
  def clear(_plain), do: :ok

  # A line that wraps could not be taken away.
  defp write(%{live: true}, line),
    do: Console.write(:stdio, ["\r\e[2K", String.slice(line, 0, Console.columns() - 1)])

  defp write(%{live: false}, line), do: Console.puts(:stdio, line)

  defp now, do: System.monotonic_time(:millisecond)
end
