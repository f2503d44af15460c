defmodule Thumbnailer.Batch.CLI.Progress do
  @moduledoc false
  # Shows a batch while it runs: on a terminal one line that changes in place, elsewhere a plain line every two seconds.
  #
  # The inputs are counted by a process of its own while the first images are made already; those of standard input
  # cannot be counted before they are read.

  alias Thumbnailer.Batch
  alias Thumbnailer.Batch.Report

  # Milliseconds between two lines: often enough to be alive, seldom enough for a log.
  @live 100
  @plain 2_000

  @doc """
  Runs the batch and writes its progress to `device`; `live` says whether that is a terminal. `observe` is that
  of `Thumbnailer.Batch.run/2`.

  There are at least `interval` milliseconds between two lines, 100 on a terminal and 2,000 elsewhere.
  """
  @spec run(Batch.t(), (Report.t() -> term), IO.device(), boolean, non_neg_integer | nil) ::
          {:ok, Report.t()} | {:error, String.t()}
  def run(batch, observe, device, live, interval \\ nil) do
    interval = interval || if live, do: @live, else: @plain

    counter =
      Task.async(fn -> if batch.from != "-", do: batch |> Batch.inputs() |> Enum.count() end)

    # A batch is observed from the process that runs it, so what was shown last can stay there.
    Process.put(__MODULE__, {nil, now()})

    result =
      Batch.run(batch, fn report ->
        {total, shown_at} = Process.get(__MODULE__)

        if now() - shown_at >= interval do
          total = total || counted(counter)
          write(device, live, Report.progress(report, total, now()))
          Process.put(__MODULE__, {total, now()})
        end

        observe.(report)
      end)

    _ = Task.shutdown(counter, :brutal_kill)
    Process.delete(__MODULE__)
    if live, do: IO.write(device, "\r\e[2K")
    result
  end

  defp counted(counter) do
    with {:ok, total} <- Task.yield(counter, 0), do: total
  end

  defp write(device, true, line), do: IO.write(device, ["\r\e[2K", line])
  defp write(device, false, line), do: IO.puts(device, line)

  defp now, do: System.monotonic_time(:millisecond)
end
