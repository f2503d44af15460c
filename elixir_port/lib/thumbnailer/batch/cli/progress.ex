defmodule Thumbnailer.Batch.CLI.Progress do
  @moduledoc false
  # Shows a batch while it runs: on a terminal one line that changes in place, elsewhere a plain line every two seconds.
  #
  # A process beside the batch writes the lines. It has the inputs counted by a task while the first images are made
  # already; those of standard input cannot be counted before they are read.

  use GenServer

  alias Thumbnailer.Batch
  alias Thumbnailer.Batch.Report

  # Milliseconds between two lines: often enough to look alive, seldom enough for a log.
  @terminal_interval 100
  @plain_interval 2_000

  @enforce_keys [:device, :terminal?, :interval, :shown_at, :counter]
  defstruct [:device, :terminal?, :interval, :shown_at, :counter, :total]

  @typep t :: %__MODULE__{
           device: IO.device(),
           terminal?: boolean,
           interval: non_neg_integer,
           # in monotonic milliseconds
           shown_at: integer,
           # counts the inputs
           counter: Task.t(),
           # nil until they are counted
           total: non_neg_integer | nil
         }

  @doc """
  Runs the batch and writes its progress to `device`; `terminal?` says whether that is a terminal. `observe` is that
  of `Thumbnailer.Batch.run/2`.

  There are at least `interval` milliseconds between two lines, 100 on a terminal and 2,000 elsewhere.
  """
  @spec run(Batch.t(), (Report.t() -> term), IO.device(), boolean, non_neg_integer | nil) ::
          {:ok, Report.t()} | {:error, String.t()}
  def run(batch, observe, device, terminal?, interval \\ nil) do
    interval = interval || if terminal?, do: @terminal_interval, else: @plain_interval
    {:ok, pid} = GenServer.start_link(__MODULE__, {batch, device, terminal?, interval})

    # A call, so that a slow terminal slows the batch down instead of filling a mailbox.
    result =
      Batch.run(batch, fn report ->
        :ok = GenServer.call(pid, {:show, report}, :infinity)
        observe.(report)
      end)

    GenServer.stop(pid, :normal, :infinity)
    result
  end

  @impl true
  def init({batch, device, terminal?, interval}) do
    counter =
      Task.async(fn -> if batch.from != "-", do: batch |> Batch.inputs() |> Enum.count() end)

    {:ok,
     %__MODULE__{
       device: device,
       terminal?: terminal?,
       interval: interval,
       shown_at: now(),
       counter: counter
     }}
  end

  @impl true
  def handle_call({:show, report}, _from, state), do: {:reply, :ok, show(state, report)}

  @impl true
  def handle_info({ref, total}, %{counter: %{ref: ref}} = state) do
    Process.demonitor(ref, [:flush])
    {:noreply, %{state | total: total}}
  end

  def handle_info(_stray, state), do: {:noreply, state}

  @impl true
  def terminate(_reason, state) do
    _ = Task.shutdown(state.counter, :brutal_kill)
    if state.terminal?, do: IO.write(state.device, "\r\e[2K")
  end

  @spec show(t, Report.t()) :: t
  defp show(state, report) do
    if now() - state.shown_at >= state.interval do
      write(state, Report.progress(report, state.total, now()))
      %{state | shown_at: now()}
    else
      state
    end
  end

  defp write(%{terminal?: true, device: device}, line), do: IO.write(device, ["\r\e[2K", line])
  defp write(%{device: device}, line), do: IO.puts(device, line)

  defp now, do: System.monotonic_time(:millisecond)
end
