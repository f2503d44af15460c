defmodule Thumbnailer.Cluster.Admission do
  @moduledoc false
  # Whether a router takes one more request of its node. Each is a process that may hold an image, so they are limited in number, and
  # in the bytes of those that are not answered.

  alias Thumbnailer.Error

  # Requests that may wait for a member.
  @max_waiting 10_000

  # As the default of :max_queue_bytes of an instance.
  @max_bytes 1_073_741_824

  defstruct bytes: 0

  @typedoc "`bytes` are those of all requests that were taken and are not answered."
  @type t :: %__MODULE__{bytes: non_neg_integer}

  @doc "Takes a request of so many bytes beside `waiting` others, or says why not. One alone may have any size."
  @spec admit(t, group :: atom, waiting :: non_neg_integer, bytes :: non_neg_integer) ::
          {:ok, t} | {:error, Error.t()}
  def admit(_admission, group, waiting, _bytes) when waiting >= @max_waiting do
    message =
      "#{@max_waiting} requests of this node wait for a member of #{inspect(group)} already"

    {:error, Error.new(:overloaded, message, limit: @max_waiting)}
  end

  def admit(%{bytes: held}, group, _waiting, bytes) when held > 0 and held + bytes > @max_bytes do
    message =
      "requests of #{held} bytes of this node are at work in #{inspect(group)} already, with #{bytes} more it would be over #{@max_bytes}"

    {:error, Error.new(:overloaded, message, limit: @max_bytes)}
  end

  def admit(admission, _group, _waiting, bytes),
    do: {:ok, %{admission | bytes: admission.bytes + bytes}}

  @doc "A request is answered, or nobody waits for it."
  @spec release(t, non_neg_integer) :: t
  def release(admission, bytes), do: %{admission | bytes: admission.bytes - bytes}
end
