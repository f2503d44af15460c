defmodule Thumbnailer.Cluster.RoutedRequest do
  @moduledoc false
  # One request that is not finished, as a router knows it. The router gets {:deadline_passed, ref} when its time is over and
  # {{:caller_down, ref}, ...} when its caller ends.

  @enforce_keys [:ref, :monitor, :timer]
  defstruct [:ref, :monitor, :timer, state: :open]

  @type t :: %__MODULE__{
          ref: reference,
          # of the caller
          monitor: reference,
          timer: reference,
          # overdue: past its deadline, which the member keeps itself; its answer may still be on the way
          state: :open | :overdue
        }

  @doc "A request of `caller`, whose deadline is `timeout` milliseconds from now."
  @spec new(reference, pid, pos_integer) :: t
  def new(ref, caller, timeout) do
    monitor = :erlang.monitor(:process, caller, tag: {:caller_down, ref})
    %__MODULE__{ref: ref, monitor: monitor, timer: start_timer(ref, timeout)}
  end

  @doc "The deadline has passed; the answer may still come within `grace` milliseconds."
  @spec overdue(t, pos_integer) :: t
  def overdue(%__MODULE__{state: :open} = request, grace),
    do: %{request | state: :overdue, timer: start_timer(request.ref, grace)}

  @doc "Ends the watch over the caller and the deadline."
  @spec close(t) :: :ok
  def close(request) do
    Process.demonitor(request.monitor, [:flush])
    _ = Process.cancel_timer(request.timer)
    :ok
  end

  defp start_timer(ref, milliseconds),
    do: Process.send_after(self(), {:deadline_passed, ref}, milliseconds)
end
