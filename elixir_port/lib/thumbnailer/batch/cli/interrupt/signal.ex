defmodule Thumbnailer.Batch.CLI.Interrupt.Signal do
  @moduledoc false
  # SIGTERM, as a handler of kernel's erl_signal_server.

  @behaviour :gen_event

  alias Thumbnailer.Batch.CLI.Interrupt

  @spec watch(Interrupt.on_signal()) :: :ok
  def watch(on_signal) do
    _ = swap({:erl_signal_handler, []}, {__MODULE__, on_signal})
    :os.set_signal(:sigterm, :handle)
  end

  @spec stop() :: :ok
  def stop do
    _ = swap({__MODULE__, :stop}, {:erl_signal_handler, []})
    :ok
  end

  defp swap(old, new), do: :gen_event.swap_handler(:erl_signal_server, old, new)

  @impl true
  def init({on_signal, _previous}), do: {:ok, on_signal}

  @impl true
  def handle_event(:sigterm, on_signal) do
    on_signal.("SIGTERM", 143)
    {:ok, on_signal}
  end

  def handle_event(_signal, on_signal), do: {:ok, on_signal}

  @impl true
  def handle_call(_request, on_signal), do: {:ok, :ok, on_signal}
end
