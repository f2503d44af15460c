defmodule Thumbnailer.Instance.ProgramStatus do
  @moduledoc false
  # What the server knows of the port program. `session` is the Erlang port of one run of it.

  alias Thumbnailer.Error

  defstruct [:session, :os_pid, :hello, :fault, state: :idle, permanent?: false]

  @type t :: %__MODULE__{
          state: :idle | :starting | :up | :dying | :down,
          session: port | nil,
          os_pid: non_neg_integer | nil,
          hello: map | nil,
          # why it is down, and whether waiting for it is in vain
          fault: Error.t() | nil,
          permanent?: boolean
        }

  @doc "What requests are told that need the program while it is away."
  @spec unavailable(t) :: Error.t()
  def unavailable(%__MODULE__{fault: nil}),
    do: Error.new(:unavailable, "the port program was not up in time")

  def unavailable(%__MODULE__{fault: fault}),
    do:
      Error.new(:unavailable, "the port program is not running: " <> fault.message, fault.details)
end
