defmodule Thumbnailer.Batch.CLI.Interrupt.Signal do
  @moduledoc false
  # SIGTERM, as a handler of kernel's erl_signal_server.

  @behaviour :gen_event

  alias Thumbnailer.Batch.CLI.Interrupt

  @spec watch(Interrupt.wish()) :: :ok
  def watch(wish) do
    _ = swap({:erl_signal_handler, []}, {__MODULE__, wish})
    :os.set_signal(:sigterm, :handle)
  end

  @spec stop() :: :ok
  def stop do
    _ = swap({__MODULE__, :stop}, {:erl_signal_handler, []})
    :ok
  end

  defp swap(old, new), do: :gen_event.swap_handler(:erl_signal_server, old, new)

  @impl true
  def init({wish, _previous}), do: {:ok, wish}

  @impl true
  def handle_event(:sigterm, wish) do
    wish.("SIGTERM", 143)
    {:ok, wish}
  end

  def handle_event(_signal, wish), do: {:ok, wish}

  @impl true
  def handle_call(_request, wish), do: {:ok, :ok, wish}
end
