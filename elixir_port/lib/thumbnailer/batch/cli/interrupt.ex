defmodule Thumbnailer.Batch.CLI.Interrupt do
  @moduledoc false
  # Ctrl-C and SIGTERM as a request to stop, once; the second ends the program at once.

  alias Thumbnailer.Batch.CLI.Interrupt.{Signal, Terminal}

  @enforce_keys [:flag, :terminal]
  defstruct [:flag, :terminal]

  @type t :: %__MODULE__{flag: :atomics.atomics_ref(), terminal: pid}

  @typedoc "Called with the name of what came and the exit status that it stands for."
  @type on_signal :: (String.t(), non_neg_integer -> term)

  @doc "Watches until `stop/1`; `say` is called with the name of the signal when it comes the first time."
  @spec watch((String.t() -> term)) :: t
  def watch(say) do
    flag = :atomics.new(1, [])

    on_signal = fn name, status ->
      if :atomics.add_get(flag, 1, 1) == 1, do: say.(name), else: System.halt(status)
    end

    Signal.watch(on_signal)
    %__MODULE__{flag: flag, terminal: Terminal.watch(on_signal)}
  end

  @doc "Whether somebody asked to stop."
  @spec requested?(t) :: boolean
  def requested?(interrupt), do: :atomics.get(interrupt.flag, 1) > 0

  @doc "Leaves terminal and signals as they were."
  @spec stop(t) :: :ok
  def stop(interrupt) do
    Process.exit(interrupt.terminal, :kill)
    Signal.stop()
  end
end
