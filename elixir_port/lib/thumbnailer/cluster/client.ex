defmodule Thumbnailer.Cluster.Client do
  @moduledoc false
  # One request to a cluster group, in the process of its caller: asks the router for a member, sends the request there,
  # and repeats this if the member is lost. Replies of members that were given up go to an inactive alias and are dropped;
  # only the accepted reply is written to files.

  alias Thumbnailer.{Error, Request}
  alias Thumbnailer.Cluster.{Router, Transfer}
  alias Thumbnailer.Instance
  alias Thumbnailer.Instance.ReplyAddress

  # What a request may take that gives no deadline of its own, as with an instance.
  @timeout 30_000

  # Milliseconds before a member whose connection is full is tried again.
  @retry_after 20

  @doc "How many milliseconds a request may take that does not say."
  @spec timeout() :: pos_integer
  def timeout, do: @timeout

  @doc "Asks and waits for the answer."
  @spec request(atom, Request.t()) :: {:ok, map} | {:error, Error.t()}
  def request(group, %Request{op: op} = request) when op in [:make, :probe] do
    timeout = request.timeout || @timeout
    router = Router.of(group)
    ref = ReplyAddress.open(router)

    call = %{
      ref: ref,
      router: router,
      request: request,
      deadline: System.monotonic_time(:millisecond) + timeout
    }

    :ok = Router.submit(router, ref, Transfer.needs(request), timeout, bytes(request))
    outcome = await_member(call)
    Router.done(router, ref)
    ReplyAddress.close(ref)
    Transfer.unpack(outcome, request)
  end

  def request(group, %Request{op: op}) do
    raise ArgumentError,
          "#{op} is a question to one instance; Thumbnailer.Cluster.members(#{inspect(group)}) tells of all"
  end

  # What the caller holds while the request waits; a file is read when its turn has come.
  defp bytes(%{source: {:bytes, bytes}}), do: byte_size(bytes)
  defp bytes(_request), do: 0

  defp await_member(%{ref: ref} = call) do
    receive do
      {^ref, {:assigned, member, info}} -> send_request(call, member, info)
      {^ref, {:error, error}} -> {:error, error}
      {:DOWN, ^ref, :process, _router, _reason} -> {:error, router_down()}
    end
  end

  # The image is read now, so that requests that wait hold none.
  defp send_request(call, member, info) do
    with {:ok, request} <- Transfer.pack(call.request, info.max_request_bytes) do
      left = max(call.deadline - System.monotonic_time(:millisecond), 1)
      monitor = :erlang.monitor(:process, info.server, alias: :reply_demonitor)
      message = Instance.Client.message(monitor, %{request | timeout: left})
      deliver(call, member, info.server, monitor, message)
    end
  end

  # A node that does not read must not block the caller: a full connection is tried again, until the router assigns another member.
  defp deliver(call, member, server, monitor, message) do
    case :erlang.send(server, message, [:nosuspend]) do
      :ok ->
        await_answer(call, member, monitor, :infinity, nil)

      :nosuspend ->
        await_answer(
          call,
          member,
          monitor,
          @retry_after,
          &deliver(&1, member, server, monitor, message)
        )
    end
  end

  defp await_answer(%{ref: ref} = call, member, monitor, wait, retry) do
    receive do
      {^monitor, outcome} ->
        accept_or_retry(call, member, Instance.Message.cast_outcome(outcome))

      {:DOWN, ^monitor, :process, _server, _reason} ->
        lost(call, member, :gone)

      {^ref, {:assigned, other, info}} ->
        Process.demonitor(monitor, [:flush])
        send_request(call, other, info)

      {^ref, {:error, error}} ->
        Process.demonitor(monitor, [:flush])
        {:error, error}

      {:DOWN, ^ref, :process, _router, _reason} ->
        Process.demonitor(monitor, [:flush])
        {:error, router_down()}
    after
      wait -> retry.(call)
    end
  end

  # A member without a program answers at once, and would otherwise get all requests.
  defp accept_or_retry(call, member, {:error, %Error{reason: reason}})
       when reason in [:unavailable, :overloaded],
       do: lost(call, member, :unavailable)

  defp accept_or_retry(_call, _member, outcome), do: outcome

  defp lost(call, member, how) do
    Router.lost(call.router, call.ref, member, how)
    await_member(call)
  end

  defp router_down, do: Error.new(:unavailable, "the router of the cluster group ended")
end
