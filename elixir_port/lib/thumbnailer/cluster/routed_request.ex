defmodule Thumbnailer.Cluster.RoutedRequest do
  @moduledoc false
  # One unfinished request in a router. The router gets {:deadline_passed, ref} at its deadline, and
  # {{:caller_down, ref}, ...} when its caller ends.

  @enforce_keys [:ref, :monitor, :timer]
  defstruct [:ref, :monitor, :timer, bytes: 0, state: :open]

  @type t :: %__MODULE__{
          ref: reference,
          # of the caller
          monitor: reference,
          timer: reference,
          # of its source, which the caller holds
          bytes: non_neg_integer,
          # overdue: its deadline has passed, but the member enforces the deadline, too, and its reply may still arrive
          state: :open | :overdue
        }

  @doc "A request of `caller`, whose deadline is `timeout` milliseconds from now."
  @spec new(reference, pid, pos_integer, non_neg_integer) :: t
  def new(ref, caller, timeout, bytes) do
    monitor = :erlang.monitor(:process, caller, tag: {:caller_down, ref})
    %__MODULE__{ref: ref, monitor: monitor, timer: start_timer(ref, timeout), bytes: bytes}
  end

  @doc "The deadline has passed; a reply may still arrive within `grace` milliseconds."
  @spec overdue(t, pos_integer) :: t
  def overdue(%__MODULE__{state: :open} = request, grace),
    do: %{request | state: :overdue, timer: start_timer(request.ref, grace)}

  @doc "Removes the monitor of the caller and the timer."
  @spec close(t) :: :ok
  def close(request) do
    Process.demonitor(request.monitor, [:flush])
    _ = Process.cancel_timer(request.timer)
    :ok
  end

  defp start_timer(ref, milliseconds),
    do: Process.send_after(self(), {:deadline_passed, ref}, milliseconds)
end
