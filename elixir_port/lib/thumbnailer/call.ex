defmodule Thumbnailer.Call do
  @moduledoc false
  # One request, and who answers it: an instance, the nodes of a cluster, or an identical request that is under way already.

  alias Thumbnailer.{Cluster, Error, Request}
  alias Thumbnailer.Call.Coalescer
  alias Thumbnailer.Instance.{Absence, Client, Questions}

  @type on :: GenServer.server() | {:cluster, atom}

  @doc "Asks and waits for the answer."
  @spec request(on, Request.t()) :: {:ok, map} | {:error, Error.t()}
  def request(on, %Request{coalesce: true} = request) do
    request = %{request | coalesce: false}

    with :ok <- Absence.check_application(),
         {:ok, timeout} <- timeout(on, request.timeout),
         do: Coalescer.request(on, %{request | timeout: timeout}, &request(on, &1))
  end

  def request({:cluster, group}, request) do
    with :ok <- Absence.check_application(), do: Cluster.Client.request(group, request)
  end

  def request(on, request), do: Client.request(on, request)

  @doc "Whether one message to an instance is all there is to it, so that nobody needs to wait for the answer."
  @spec one_message?(on, Request.t()) :: boolean
  def one_message?({:cluster, _group}, _request), do: false
  def one_message?(_on, %Request{coalesce: true}), do: false
  def one_message?(_on, %Request{source: {:stream, _enumerable}}), do: false
  def one_message?(_on, _request), do: true

  # What a request may take that does not say.
  defp timeout({:cluster, _group}, nil), do: {:ok, Cluster.Client.timeout()}
  defp timeout(on, nil), do: Questions.timeout(on)
  defp timeout(_on, timeout), do: {:ok, timeout}
end
