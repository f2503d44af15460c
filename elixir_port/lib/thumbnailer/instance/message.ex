defmodule Thumbnailer.Instance.Message do
  @moduledoc false
  # A request as its caller sends it to an instance, which may be on a node with another version of this library: a map with
  # a version, and not a struct. Options and source are encoded here, in the process of the caller, once and in the form in
  # which they are written to the program; an instance neither looks at them nor copies them.

  alias Thumbnailer.{Error, Request}
  alias Thumbnailer.Protocol.Codec

  @version 2

  @typedoc """
  `kind` is the line that it waits in: a question about the instance, an image whose source is known, or one whose source is a
  stream. `bytes` is the size of `body`. `caller` is the process in whose turn it is made. `nil` for what the instance decides.
  """
  @type t :: %{
          version: pos_integer,
          op: :make | :probe | :info | :stats | :ping | :add_step | :remove_step,
          kind: :question | :image | :stream,
          body: Codec.body(),
          bytes: non_neg_integer,
          timeout: pos_integer | nil,
          retries: non_neg_integer | nil,
          caller: pid | nil
        }

  @doc "The message for a request."
  @spec new(Request.t()) :: t
  def new(%Request{op: op, timeout: timeout, retries: retries})
      when op in [:info, :stats, :ping] do
    %{
      version: @version,
      op: op,
      kind: :question,
      body: {0, []},
      bytes: 0,
      timeout: timeout,
      retries: retries,
      caller: nil
    }
  end

  def new(%Request{op: op, timeout: timeout, retries: retries} = request) do
    {_options, data} = body = Codec.body(request)

    %{
      version: @version,
      op: op,
      kind: kind(request),
      body: body,
      bytes: :erlang.iolist_size(data),
      timeout: timeout,
      retries: retries,
      caller: request.caller
    }
  end

  defp kind(%{op: op}) when op in [:add_step, :remove_step], do: :question
  defp kind(%{source: :stream}), do: :stream
  defp kind(_request), do: :image

  @doc "The version of what nodes send each other."
  @spec version() :: pos_integer
  def version, do: @version

  @doc "Refuses what another version of this library sent in a way that this one does not know."
  @spec check(term) :: :ok | {:error, Error.t()}
  def check(%{
        version: @version,
        op: op,
        kind: kind,
        body: {options, data},
        bytes: bytes,
        timeout: timeout,
        retries: retries,
        caller: caller
      })
      when op in [:make, :probe, :info, :stats, :ping, :add_step, :remove_step] and
             kind in [:question, :image, :stream] and
             is_integer(options) and options >= 0 and (is_list(data) or is_binary(data)) and
             is_integer(bytes) and bytes >= 0 and
             (timeout == nil or (is_integer(timeout) and timeout > 0)) and
             (retries == nil or (is_integer(retries) and retries >= 0)) and
             (caller == nil or is_pid(caller)),
      do: :ok

  def check(message), do: {:error, refusal(message)}

  @doc "As `check/1`, for a message from another node: its data are looked through, which takes as long as they are."
  @spec check_foreign(term) :: :ok | {:error, Error.t()}
  def check_foreign(message) do
    with :ok <- check(message) do
      %{body: {_options, data}, bytes: bytes} = message
      if size(data) == bytes, do: :ok, else: {:error, refusal(message)}
    end
  end

  defp size(data) do
    :erlang.iolist_size(data)
  rescue
    ArgumentError -> :no_data
  end

  defp refusal(%{version: @version}) do
    Error.new(
      :unavailable,
      "the caller's node sends a request that is none of version #{@version}, which it says it is"
    )
  end

  defp refusal(message) do
    version = if is_map(message), do: Map.get(message, :version), else: nil

    Error.new(
      :unavailable,
      "the caller's node sends requests in version #{inspect(version, limit: 5)}, this one takes version #{@version}"
    )
  end

  @doc "The answer to what only another version of this library asks."
  @spec unknown() :: {:error, Error.t()}
  def unknown do
    message =
      "the node #{node()} does not know what it was asked: the caller's has another version of this library"

    {:error, Error.new(:unavailable, message)}
  end

  @doc "An outcome as it is sent to another node."
  @spec outcome({:ok, map} | {:error, Error.t()}) :: {:ok, map} | {:error, map}
  def outcome({:error, %Error{} = error}), do: {:error, Map.from_struct(error)}
  def outcome({:ok, _answer} = outcome), do: outcome

  @doc "An outcome as it came, from this node or another."
  @spec cast_outcome(term) :: {:ok, map} | {:error, Error.t()}
  def cast_outcome({:error, %Error{}} = outcome), do: outcome
  def cast_outcome({:ok, %{}} = outcome), do: outcome

  def cast_outcome({:error, %{reason: reason, message: message} = error})
      when is_atom(reason) and is_binary(message) do
    # A later version may have reasons that this one has not.
    reason = if Error.reason?(reason), do: reason, else: :internal
    {:error, Error.new(reason, message, details(error))}
  end

  def cast_outcome(other) do
    message =
      "another node answered with something that is no answer: #{inspect(other, limit: 5)}"

    {:error, Error.new(:bad_reply, message)}
  end

  defp details(%{details: %{} = details}) when not is_struct(details), do: details
  defp details(_none), do: %{}
end
